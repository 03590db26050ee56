// Reads the compressed files of the corpus; the one file of these tests that sees
// libarchive.

#ifndef COOPER_TESTS_CORPUS_ARCHIVE_READER_H_
#define COOPER_TESTS_CORPUS_ARCHIVE_READER_H_

#include <filesystem>
#include <map>
#include <string>

namespace cooper {

// The members of a tar by name, or of a compressed file its content under the name
// "data". What cannot be read fails the test.
std::map<std::string, std::string> ReadArchive(const std::filesystem::path& path);

}  // namespace cooper

#endif  // COOPER_TESTS_CORPUS_ARCHIVE_READER_H_
