# Every library here has a line in docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json url)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(tl-expected REQUIRED)
find_package(doctest REQUIRED)
find_package(rapidcheck REQUIRED)

add_compile_definitions(
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE
  BOOST_BEAST_USE_STD_STRING_VIEW)

# GLPK brings no file for CMake.
find_path(GLPK_INCLUDE glpk.h REQUIRED)
find_library(GLPK_LIBRARY glpk REQUIRED)
add_library(glpk INTERFACE)
target_link_libraries(glpk INTERFACE ${GLPK_LIBRARY})
target_include_directories(glpk SYSTEM INTERFACE ${GLPK_INCLUDE})
