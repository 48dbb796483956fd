#include "data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace prise::chat {

std::optional<DataFolder> DataFolder::take(const std::filesystem::path& folder) {
  std::error_code ignored;  // what cannot be written there is said by who writes it
  std::filesystem::create_directories(folder, ignored);
  const std::filesystem::path file = folder / "chat.lock";
  int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  // Where we may not write, another server may have been able to.
  if (fd == -1) fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  DataFolder taken{folder, fd};
  if (fd != -1 && ::flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK) return std::nullopt;
  return taken;
}

DataFolder::DataFolder(std::filesystem::path path, int lock_fd)
    : path_{std::move(path)}, lock_fd_{lock_fd} {}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_{std::move(other.path_)}, lock_fd_{std::exchange(other.lock_fd_, -1)} {}

// The file stays: to remove it would let two servers lock two files of one name.
DataFolder::~DataFolder() {
  if (lock_fd_ != -1) ::close(lock_fd_);
}

}  // namespace prise::chat
