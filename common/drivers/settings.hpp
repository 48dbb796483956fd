// What a program tells a driver about its WebSockets, and what it is told: the same words for every
// driver. Lesson 17.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

#include "drivers/random_mask.hpp"
#include "net/address.hpp"
#include "protocol/websocket/close_code.hpp"
#include "protocol/websocket/config.hpp"
#include "protocol/websocket/rule.hpp"

namespace prise::drivers {

// How long a peer may take. None of them is "for ever": a peer that vanished says nothing.
struct Timeouts {
  std::chrono::milliseconds handshake{10'000};  // all of it, TCP's included
  // Silence: then a ping, and as long again to answer it. milliseconds::max(): never.
  std::chrono::milliseconds idle{60'000};
  std::chrono::milliseconds send{10'000};  // without taking one byte of what we send
  std::chrono::milliseconds close{5'000};  // to answer our close, and to end the stream
};

// Which pages may open a WebSocket here; see origin.hpp. A program that is no browser sends no
// Origin, and is always let in. Config::origins_allowed, if it names any, is judged first.
enum class Origins : std::uint8_t {
  ours,  // of this machine; and, to a client that came over the network, pages of this server
  any,
};

struct Page {
  std::string content_type;  // "text/html; charset=utf-8"
  std::string body;
  std::string fields{};  // more of the head, each line ended: "Cache-Control: no-store\r\n"
};

// TLS, in the asio driver; the others know none, and refuse it. Lesson 20.
struct Tls {
  // Server: with both, it speaks wss://, and nothing else. PEM: its certificate, then those that
  // lead to the authority; its private key, unencrypted.
  std::string certificate_file;
  std::string key_file;
  // Client: whom it believes, PEM; "": the authorities of the system. A wss:// URL is always
  // verified, issuer, dates and host name: there is no way to switch that off.
  std::string ca_file;

  [[nodiscard]] bool serves() const { return !certificate_file.empty() || !key_file.empty(); }
};

// What a program decides, once, for all its WebSockets: it must outlive them. Threads may share it.
struct Settings {
  Settings() {
    websocket.mask_source = random_mask;
    websocket.plain_requests = websocket::PlainRequests::hand_out;
  }

  websocket::Config websocket;  // limits, subprotocols, compression
  Timeouts timeouts;
  Tls tls;
  // Server: what a browser finds at the same port, by path ("/"); 404 for the other paths. Without
  // any, such a request is refused with 426: this port speaks only WebSocket.
  std::map<std::string, Page, std::less<>> pages;
  Origins origins = Origins::ours;
  // A program that decides for itself which requests may open a WebSocket: then `origins` says
  // nothing. The address is the client's. False: 403.
  std::function<bool(const protocol::RequestHead&, const net::Address&)> may_open;
  // What may wait for a peer that does not read. Beyond it, who sends waits too (asio), or the peer
  // is dropped (event loop: see Peer).
  std::size_t send_queue_bytes_max = 1024 * 1024;
  int stop_fd = -1;  // CtrlC::fd(), say: when it becomes readable, all is closed with 1001
};

enum class Kind : std::uint8_t { text, binary };

struct Message {
  Kind kind;
  std::string_view bytes;  // of a text, valid UTF-8; until the next call
};

// When what is sent leaves. `with_next` is for a program that calls receive() right after: all that
// was sent leaves in one write, when receive() has to wait.
enum class Leave : std::uint8_t { now, with_next };

// A message of so many bytes leaves at once, from where it is: only what the kernel does not take
// is copied into the queue.
constexpr std::size_t uncopied_bytes_min = 32 * 1024;

// What went over the TCP stream, handshake and frames, in bytes: before TLS, where there is one.
struct Traffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

// How it ended.
struct Ending {
  websocket::CloseCode code = websocket::CloseCode::closed_abnormally;  // see websocket::Closed
  std::string reason;                                                   // the peer's
  websocket::Rule rule = websocket::Rule::none;                         // what the peer broke
  int http_status = 0;  // 200: it was given a page; else of the handshake that was refused
  bool timed_out = false;
  bool too_slow = false;  // Settings::send_queue_bytes_max was passed
  // event loop: what this machine refused; why connect() found nobody. TLS: a TlsFault, of a
  // connection that was cut or never made; the driver's own file names them all: tls_fault.hpp.
  std::error_code error{};
};

}  // namespace prise::drivers
