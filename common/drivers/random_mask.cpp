#include "drivers/random_mask.hpp"

#include <unistd.h>

#include <array>
#include <cstring>

#ifdef __APPLE__
#include <sys/random.h>
#endif

#include "net/error.hpp"

namespace prise::drivers {
namespace {

// One call of the system gives many masks. 256 bytes is the most that getentropy(3) fills at once.
struct Store {
  std::array<std::byte, 256> bytes{};
  std::size_t used = bytes.size();
};

}  // namespace

websocket::MaskKey random_mask() {
  thread_local Store store;
  if (store.used == store.bytes.size()) {
    net::checked(::getentropy(store.bytes.data(), store.bytes.size()), "getentropy");
    store.used = 0;
  }
  websocket::MaskKey mask{};
  std::memcpy(mask.data(), store.bytes.data() + store.used, mask.size());
  store.used += mask.size();
  return mask;
}

}  // namespace prise::drivers
