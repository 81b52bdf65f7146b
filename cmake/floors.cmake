# A floor is a folder of src/: its sources make the library hanse_<name>, its *_test.cpp files the program <name>_test.
# Globbing keeps the build files free of lists that every change would have to touch.
#
# Most of a compilation is its headers, so ten source files of a target are compiled as one (a third of the time of a build
# from nothing). Names in anonymous namespaces are therefore unique in a floor. With 1 each is compiled alone, which shows a
# missing include.
set(HANSE_FILES_AT_ONCE 10 CACHE STRING "Source files of a target that are compiled together")

function(hanse_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${HANSE_FILES_AT_ONCE})
endfunction()

# Compiled once, by itself: what it defines must be defined before the first include of doctest.
add_library(doctest_main OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/support/doctest_main.cpp)
target_link_libraries(doctest_main PUBLIC doctest::doctest)

function(hanse_add_tests name folder)
  file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  if(NOT test_sources)
    return()
  endif()
  add_executable(${name}_test ${test_sources})
  target_link_libraries(${name}_test PRIVATE ${ARGN} hanse_options doctest_main rapidcheck)
  target_compile_definitions(${name}_test PRIVATE HANSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_precompile_headers(${name}_test REUSE_FROM hanse_base)
  hanse_compile_together(${name}_test)
  add_test(NAME unit.${name} COMMAND ${name}_test)
  set_tests_properties(unit.${name} PROPERTIES TIMEOUT 600 LABELS unit)
endfunction()

function(hanse_add_library name folder)
  cmake_parse_arguments(floor "" "" "DEPENDS;LIBRARIES;TEST_DEPENDS" ${ARGN})
  list(TRANSFORM floor_DEPENDS PREPEND hanse_)
  list(TRANSFORM floor_TEST_DEPENDS PREPEND hanse_)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/witness/|/main\\.cpp$")
  if(sources)
    add_library(hanse_${name} STATIC ${sources})
    hanse_compile_together(hanse_${name})
    target_link_libraries(hanse_${name} PUBLIC hanse_options ${floor_DEPENDS} ${floor_LIBRARIES})
    if(name STREQUAL base)
      target_precompile_headers(hanse_base PRIVATE ${CMAKE_SOURCE_DIR}/src/base/precompiled.h)
    else()
      target_precompile_headers(hanse_${name} REUSE_FROM hanse_base)
    endif()
  else()
    add_library(hanse_${name} INTERFACE)
    target_link_libraries(hanse_${name} INTERFACE hanse_options ${floor_DEPENDS} ${floor_LIBRARIES})
  endif()
  hanse_add_tests(${name} ${folder} hanse_${name} ${floor_TEST_DEPENDS})
endfunction()

add_library(hanse_options INTERFACE)
target_include_directories(hanse_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_link_libraries(hanse_options INTERFACE tl::expected Boost::headers fmt::fmt)

function(hanse_add_floor name)
  hanse_add_library(${name} ${CMAKE_SOURCE_DIR}/src/${name} ${ARGN})
endfunction()

# A folder beside src/; one with a CMakeLists.txt of its own says itself what it builds.
function(hanse_add_folder name)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${name}/CMakeLists.txt)
    add_subdirectory(${CMAKE_SOURCE_DIR}/${name})
  elseif(EXISTS ${CMAKE_SOURCE_DIR}/${name})
    hanse_add_library(${name} ${CMAKE_SOURCE_DIR}/${name} ${ARGN})
  endif()
endfunction()

function(hanse_add_program)
  if(EXISTS ${CMAKE_SOURCE_DIR}/src/main.cpp)
    file(GLOB programs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/programs/*.cpp)
    add_executable(hanse ${CMAKE_SOURCE_DIR}/src/main.cpp ${programs})
    target_link_libraries(hanse PRIVATE hanse_cli hanse_testbed)
    target_precompile_headers(hanse REUSE_FROM hanse_base)
  endif()
endfunction()

# Compiles each header alone: it must bring all that it uses of ours. One that has a source file of its name is the first include there
# (the style test sees to it), and so is compiled alone already. What the precompiled header would hide, the style test checks.
function(hanse_add_header_check)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} src/*.h simulator/*.h testbed/*.h)
  list(FILTER headers EXCLUDE REGEX "/witness/")
  foreach(header ${headers})
    string(REGEX REPLACE "\\.h$" ".cpp" source ${header})
    if(EXISTS ${CMAKE_SOURCE_DIR}/${source})
      continue()
    endif()
    string(REPLACE "/" "." unit ${header})
    set(file ${CMAKE_BINARY_DIR}/header_check/${unit}.cpp)
    file(CONFIGURE OUTPUT ${file} CONTENT "#include \"${header}\"\n")
    list(APPEND files ${file})
  endforeach()
  add_library(header_check OBJECT EXCLUDE_FROM_ALL ${files})
  target_link_libraries(header_check PRIVATE hanse_options OpenSSL::SSL SQLite::SQLite3 yaml-cpp)
  target_precompile_headers(header_check REUSE_FROM hanse_base)
endfunction()
