#include "tests/corpus/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace cooper {

std::map<std::string, std::string> ReadArchive(const std::filesystem::path& path) {
  std::map<std::string, std::string> members;
  const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(),
                                                                      archive_read_free);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_raw(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 16) != ARCHIVE_OK) {
    ADD_FAILURE() << path << ": " << archive_error_string(reader.get());
    return members;
  }
  std::array<char, 1 << 16> buffer;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    std::string& content = members[archive_entry_pathname(entry)];
    la_ssize_t count = 0;
    while ((count = archive_read_data(reader.get(), buffer.data(), buffer.size())) > 0) {
      content.append(buffer.data(), static_cast<size_t>(count));
    }
    if (count < 0) ADD_FAILURE() << path << ": " << archive_error_string(reader.get());
  }
  return members;
}

}  // namespace cooper
