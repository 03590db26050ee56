# The third-party libraries, each under one target name. Folders name the ones
# they adapt; ARCHITECTURE.md says why each is here.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibArchive REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
endif()

# LLVM's ADT and Support as static archives. find_package(LLVM) would add z3
# and the whole shared library to the link line.
set(COOPER_LLVM_VERSION 19 CACHE STRING "Major version of LLVM's ADT and Support")
set(COOPER_LLVM_ROOT /usr/lib/llvm-${COOPER_LLVM_VERSION} CACHE PATH "Where that LLVM is installed")
add_library(llvm_support INTERFACE)
target_include_directories(llvm_support SYSTEM INTERFACE ${COOPER_LLVM_ROOT}/include)
target_link_libraries(llvm_support INTERFACE
  ${COOPER_LLVM_ROOT}/lib/libLLVMSupport.a ${COOPER_LLVM_ROOT}/lib/libLLVMDemangle.a
  Threads::Threads ZLIB::ZLIB zstd)
