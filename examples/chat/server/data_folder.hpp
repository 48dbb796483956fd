// The folder of --data: of one server at a time. Two would give the same numbers to messages.
#pragma once

#include <filesystem>
#include <optional>

namespace prise::chat {

class DataFolder {
public:
  // Makes the folder, if it can. Nothing: another server has it. It is ours until this is destroyed
  // or we end, be it by kill -9: the kernel lets go of the lock (flock(2)).
  static std::optional<DataFolder> take(const std::filesystem::path& folder);

  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  DataFolder(std::filesystem::path path, int lock_fd);

  std::filesystem::path path_;
  int lock_fd_;  // -1: this folder knows no locks
};

}  // namespace prise::chat
