// What OpenSSL reads its records from, and writes them to: a BIO of ours over an AsioStream. Its
// own, over a descriptor, would write(2), and die of SIGPIPE. Part of the asio driver; lesson 20.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "drivers/asio_stream.hpp"

namespace prise::drivers {

// `stream` must outlive the BIO, and the session that is given it.
BIO* bio_over(AsioStream& stream);

// TCP's stream has ended, or is gone.
bool below_ended(SSL* session);

// The peer takes nothing more; what it has sent can still be read.
bool below_sends_no_more(SSL* session);

// What the stream threw: an exception must not go through OpenSSL, which is C.
void rethrow_from_below(SSL* session);

}  // namespace prise::drivers
