"""What the user stories stand on: clusters, the operator as a process, applications, their JobManagers and ledgers."""
