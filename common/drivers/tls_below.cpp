#include "drivers/tls_below.hpp"

#include <openssl/bio.h>

#include <exception>
#include <new>
#include <utility>

namespace prise::drivers {
namespace {

struct Below {
  AsioStream* stream;
  bool ended = false;
  bool sending_ended = false;
  std::exception_ptr thrown{};
};

Below& below(BIO* bio) {
  return *static_cast<Below*>(BIO_get_data(bio));
}

// In OpenSSL's words: 1, or 0 and whether to try again.
template <class Move>
int moved(BIO* bio, std::size_t* count, int retry, Move move) {
  BIO_clear_retry_flags(bio);
  try {
    const Trial attempt = move();
    *count = attempt.bytes;
    if (attempt.outcome == Tried::some) return 1;
    if (attempt.outcome == Tried::not_now) BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
    if (attempt.outcome == Tried::ended) below(bio).ended = true;
  } catch (...) {
    below(bio).thrown = std::current_exception();
  }
  return 0;
}

int read(BIO* bio, char* data, std::size_t size, std::size_t* count) {
  return moved(bio, count, BIO_FLAGS_READ, [&] {
    return below(bio).stream->try_receive({reinterpret_cast<std::byte*>(data), size});
  });
}

// A peer that reads no more may have sent before: OpenSSL, which after one error reads nothing
// either, is told that all is well, and what it writes is dropped.
int write(BIO* bio, const char* data, std::size_t size, std::size_t* count) {
  return moved(bio, count, BIO_FLAGS_WRITE, [&] {
    Below& here = below(bio);
    websocket::Output output;
    output.add({reinterpret_cast<const std::byte*>(data), size});
    Trial trial{Tried::ended};
    if (!here.sending_ended) trial = here.stream->try_send(output);
    here.sending_ended = trial.outcome == Tried::ended;
    return here.sending_ended ? Trial{Tried::some, size} : trial;
  });
}

long control(BIO* bio, int what, long, void*) {
  if (what == BIO_CTRL_EOF) return below(bio).ended ? 1 : 0;
  return what == BIO_CTRL_FLUSH ? 1 : 0;  // there is nothing to flush
}

int destroy(BIO* bio) {
  delete static_cast<Below*>(BIO_get_data(bio));
  return 1;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

const BIO_METHOD* method() {
  static const auto ours = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> made{
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "prise")};
    if (!made) throw std::bad_alloc();
    BIO_meth_set_read_ex(made.get(), read);
    BIO_meth_set_write_ex(made.get(), write);
    BIO_meth_set_ctrl(made.get(), control);
    BIO_meth_set_destroy(made.get(), destroy);
    return made;
  }();
  return ours.get();
}

}  // namespace

BIO* bio_over(AsioStream& stream) {
  BIO* bio = BIO_new(method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, new Below{&stream});
  BIO_set_init(bio, 1);
  return bio;
}

bool below_ended(SSL* session) {
  return below(SSL_get_rbio(session)).ended;
}

bool below_sends_no_more(SSL* session) {
  return below(SSL_get_wbio(session)).sending_ended;
}

void rethrow_from_below(SSL* session) {
  auto thrown = std::exchange(below(SSL_get_rbio(session)).thrown, nullptr);
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace prise::drivers
