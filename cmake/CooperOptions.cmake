# Language level, warnings, sanitizers, linker and compiler cache, for every target of ours.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(COOPER_SANITIZER "" CACHE STRING "Sanitizers for -fsanitize=, such as address,undefined")
option(COOPER_BENCHMARKS "Build the programs under bench/" OFF)

find_program(COOPER_CCACHE ccache)
if(COOPER_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${COOPER_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${COOPER_CCACHE})
endif()

# What every target of ours is compiled and linked with. The RUN helper is
# static and enters foreign root filesystems, so it takes the warnings alone.
add_library(cooper_warnings INTERFACE)
target_compile_options(cooper_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror
  # GCC 12 sees overlaps in std::string that are none (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # std::stable_sort of libstdc++ 12 calls what that library deprecates.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)

add_library(cooper_options INTERFACE)
target_link_libraries(cooper_options INTERFACE cooper_warnings)
target_include_directories(cooper_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(cooper_options INTERFACE
  -ffunction-sections -fdata-sections -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_link_options(cooper_options INTERFACE -Wl,--gc-sections)

if(COOPER_SANITIZER)
  # GCC's data flow warnings see the sanitizers' own code and are wrong then.
  target_compile_options(cooper_options INTERFACE
    -fsanitize=${COOPER_SANITIZER} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(cooper_options INTERFACE -fsanitize=${COOPER_SANITIZER})
endif()

find_program(COOPER_MOLD mold)
find_program(COOPER_LLD NAMES ld.lld ld.lld-19)
if(COOPER_MOLD)
  target_link_options(cooper_options INTERFACE -fuse-ld=mold)
elseif(COOPER_LLD)
  target_link_options(cooper_options INTERFACE -fuse-ld=lld)
endif()
