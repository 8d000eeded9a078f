# A room is one folder, compiled to one library. Whoever links a room sees its headers, and those of the rooms it links
# in turn; nobody sees the whole tree. test/lint/rings.py checks the same rule on the text of the includes.

# Shows the headers of one folder to the users of a target, under the names that start at the root of the project.
function(show_headers target folder)
  file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${folder})
  set(root ${CMAKE_BINARY_DIR}/rooms/${target})
  file(MAKE_DIRECTORY ${root}/${path})
  file(GLOB headers CONFIGURE_DEPENDS ${folder}/*.hpp)
  foreach(header ${headers})
    get_filename_component(name ${header} NAME)
    file(CREATE_LINK ${header} ${root}/${path}/${name} SYMBOLIC)
  endforeach()
  target_include_directories(${target} ${ARGN} ${root})
endfunction()

# add_room(NAME [FOLDER path] [SOURCES file...] [PUBLIC target...] [PRIVATE target...])
#   FOLDER   where it is, from the present CMakeLists.txt; default: here
#   SOURCES  default: every .cpp of the folder
#   PUBLIC   rooms and libraries that its headers use; PRIVATE: that its sources alone use
function(add_room name)
  cmake_parse_arguments(ROOM "" "FOLDER" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR})
  if(ROOM_FOLDER)
    set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${ROOM_FOLDER})
  endif()
  if(ROOM_SOURCES)
    list(TRANSFORM ROOM_SOURCES PREPEND ${folder}/)
  else()
    file(GLOB ROOM_SOURCES CONFIGURE_DEPENDS ${folder}/*.cpp)
  endif()
  if(ROOM_SOURCES)
    add_library(${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(${name} PUBLIC ${ROOM_PUBLIC} PRIVATE build-flags ${ROOM_PRIVATE})
    show_headers(${name} ${folder} PUBLIC)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ROOM_PUBLIC})
    show_headers(${name} ${folder} INTERFACE)
  endif()
endfunction()
