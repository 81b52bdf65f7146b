# One place for what every target is compiled with. Presets choose the build type and HANSE_SANITIZE.
set(HANSE_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them; empty for none")

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
  -fno-omit-frame-pointer -ftemplate-backtrace-limit=0)
# ccache can only reuse objects built with a precompiled header that carries no timestamp.
add_compile_options(-Xclang -fno-pch-timestamp)
add_link_options(-fuse-ld=lld)

if(HANSE_SANITIZE)
  add_compile_options(-fsanitize=${HANSE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HANSE_SANITIZE})
endif()

find_program(HANSE_CCACHE ccache)
if(HANSE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${HANSE_CCACHE})
endif()
