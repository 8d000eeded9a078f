# How everything is compiled, and the libraries of Debian as targets.
add_library(build-flags INTERFACE)
target_compile_options(build-flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Wno-missing-field-initializers -Werror)

set(SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
if(SANITIZE)
  # Spawning argument-less lambdas binds null references inside CAF 0.17.
  add_compile_options(-fsanitize=${SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SANITIZE})
  if(SANITIZE MATCHES undefined)
    # Its mailboxes cast their sentinel to the type of an element, and never look into it.
    add_compile_options(-fno-sanitize=null,vptr -fno-sanitize-recover=undefined)
  endif()
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(simdjson REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(OpenSSL REQUIRED)
option(BUILD_TESTING "Compile the tests too" ON)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
endif()
find_package(prometheus-cpp REQUIRED)

# Debian's CAF has neither CMake files nor pkg-config. A build of its source with sanitizers can be
# put in its place by CAF_CORE_LIBRARY.
find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
find_library(CAF_CORE_LIBRARY caf_core REQUIRED)
add_library(CAF::core UNKNOWN IMPORTED)
set_target_properties(CAF::core PROPERTIES
  IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
  INTERFACE_LINK_LIBRARIES Threads::Threads)

# A test program of one room: add_unit_test(k8s_test LIBRARIES k8s).
function(add_unit_test name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(${name} ${sources})
  # Tests are compiled more often than they run: without optimization that takes half the time.
  target_compile_options(${name} PRIVATE -O0)
  target_link_libraries(${name} PRIVATE build-flags test-headers ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
  # One process for all its cases: a process each would take most of the time.
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()
