# One library and one unit test program per folder.

# cooper_library(NAME [USES other folders' libraries] [LIBRARIES third-party targets])
#
# Makes `cooper_NAME` from the folder's *.cpp and, from its *_test.cpp, the
# program `NAME_test` with the CTest label `unit`. USES is what the folder may
# include from ours; tests/layering checks it against the folder rule.
function(cooper_library name)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES;TEST_USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  if(sources)
    set(scope PUBLIC)
    add_library(cooper_${name} STATIC ${sources})
  else()
    set(scope INTERFACE)
    add_library(cooper_${name} INTERFACE)
  endif()
  list(TRANSFORM ARG_USES PREPEND cooper_)
  target_link_libraries(cooper_${name} ${scope} cooper_options ${ARG_USES} ${ARG_LIBRARIES})

  if(tests AND BUILD_TESTING)
    add_executable(${name}_test ${tests})
    list(TRANSFORM ARG_TEST_USES PREPEND cooper_)
    target_link_libraries(${name}_test PRIVATE
      cooper_${name} ${ARG_TEST_USES} GTest::gmock GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 60)
  endif()
endfunction()
