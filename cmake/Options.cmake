# How everything here is compiled. Targets link eventer_options; nothing else sets flags.
set(EVENTER_SANITIZE "" CACHE STRING "Sanitizers for every target: address,undefined or thread")
option(EVENTER_HARDEN "PIE, RELRO, stack protector, _FORTIFY_SOURCE" OFF)

find_program(EVENTER_CCACHE ccache)
if(EVENTER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${EVENTER_CCACHE})
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(eventer_options INTERFACE)
target_compile_features(eventer_options INTERFACE cxx_std_20)
target_include_directories(eventer_options INTERFACE ${CMAKE_SOURCE_DIR}/include
                                                     ${CMAKE_SOURCE_DIR}/src)
target_compile_options(eventer_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                                 -Woverloaded-virtual
  # Members left out of a designated initializer have their defaults: that is what they are for.
  -Wno-missing-field-initializers -Werror)
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC takes each file but the first for a header, where such a type would be a mistake.
  target_compile_options(eventer_options INTERFACE -Wno-subobject-linkage)
endif()

if(EVENTER_SANITIZE)
  # -fno-sanitize-recover: undefined behaviour ends the program, so that a test fails.
  target_compile_options(eventer_options INTERFACE -fsanitize=${EVENTER_SANITIZE}
                                                   -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(eventer_options INTERFACE -fsanitize=${EVENTER_SANITIZE})
endif()

if(EVENTER_FUZZ)
  # Coverage in everything that a fuzz target calls; the targets alone link libFuzzer's main.
  target_compile_options(eventer_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(EVENTER_HARDEN)
  target_compile_options(eventer_options INTERFACE -fstack-protector-strong -fPIE
                                                   -fstack-clash-protection)
  target_compile_definitions(eventer_options INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
  target_link_options(eventer_options INTERFACE -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack
                                                -Wl,--gc-sections -Wl,--as-needed)
  target_compile_options(eventer_options INTERFACE -ffunction-sections -fdata-sections)
endif()

if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Two classes of one name in two folders: only the linker sees both.
  target_link_options(eventer_options INTERFACE -Werror=odr -Werror=lto-type-mismatch)
endif()
