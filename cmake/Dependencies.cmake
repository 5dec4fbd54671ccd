# Every library there is, from Debian packages (packages.txt). Abseil, LZ4, RE2, yaml-cpp and SQLite are linked statically:
# the program is smaller and touches fewer pages of shared libraries.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS system)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(cpprestsdk REQUIRED HINTS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake)
find_library(RE2_ARCHIVE NAMES libre2.a REQUIRED)
find_library(YAML_CPP_ARCHIVE NAMES libyaml-cpp.a REQUIRED)
find_library(LZ4_ARCHIVE NAMES liblz4.a REQUIRED)
find_library(SQLITE_ARCHIVE NAMES libsqlite3.a REQUIRED)

function(eventer_dependency name)
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE ${ARGN})
  add_library(dep::${name} ALIAS ${name})
endfunction()

# In the order in which they need each other.
foreach(part time time_zone civil_time int128 strings strings_internal throw_delegate base
             spinlock_wait raw_logging_internal)
  find_library(ABSL_${part}_ARCHIVE NAMES libabsl_${part}.a REQUIRED)
  list(APPEND ABSL_TIME_ARCHIVES ${ABSL_${part}_ARCHIVE})
endforeach()
eventer_dependency(absl_time ${ABSL_TIME_ARCHIVES} Threads::Threads)
eventer_dependency(re2 ${RE2_ARCHIVE} Threads::Threads)
eventer_dependency(yaml_cpp ${YAML_CPP_ARCHIVE})
eventer_dependency(lz4 ${LZ4_ARCHIVE})
eventer_dependency(sqlite ${SQLITE_ARCHIVE} ZLIB::ZLIB m ${CMAKE_DL_LIBS} Threads::Threads)
eventer_dependency(cpprest cpprestsdk::cpprest OpenSSL::SSL OpenSSL::Crypto Boost::system)
# `U` as a macro of cpprestsdk breaks fmt's headers.
target_compile_definitions(cpprest INTERFACE _TURN_OFF_PLATFORM_STRING)
