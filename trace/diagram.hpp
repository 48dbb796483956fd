// What a trace found, ready to be drawn: who did what, in the order of time, and what went from one
// to the other. Built by merge.hpp from the logs of strace; drawn by show_terminal, show_svg and
// show_html, which know nothing of system calls. Plain values: copies share nothing. Times are in
// seconds from the first event. Texts are UTF-8, French, safe to show (control characters are
// escaped), and not escaped for XML.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace prise::trace {

// A column of the diagram: one thread of one process. The first thread of a process comes first,
// its others right after it.
struct Lane {
  std::string label;    // « serveur », « client 2 » ; a second thread: « serveur, fil 2 »
  std::string program;  // the name of the executable; for the first thread: the command as typed
  bool first_thread = true;
};

// The line of code that made a call, where debug information tells it.
struct Source {
  std::string file;  // from the root of the repository: "lessons/03_tcp_echo/echo_server.cpp"
  int line = 0;      // from 1
  std::string text;  // that line, without the spaces around it; empty when the file is not there
};

enum class Outcome { done, failed, unfinished };  // unfinished: the call never returned

// One system call, by the name that the code has for it (recv, not recvfrom).
struct Event {
  std::size_t lane = 0;
  double began = 0;
  double ended = 0;       // == began when it did not wait
  bool waited = false;    // the thread slept in it until something came
  std::string call;       // "recv"
  std::string arguments;  // short, readable: "4, 1024 octets"
  std::string result;     // "5 octets", "0 : fin du flux", "EAGAIN", "descripteur 4"
  std::string meaning;  // one French sentence: « Attend des octets de client, et en reçoit 5. »
  Outcome outcome = Outcome::done;
  std::optional<Source> source;
  std::string awaited = {};  // « le clavier »: what it sleeps for, where the name says too little
};

// A WebSocket frame (RFC 6455, section 5.2) found in what an arrow carries.
struct Frame {
  std::string opcode;  // "text", "binary", "continuation", "close", "ping", "pong"
  bool fin = true;
  bool masked = false;
  bool compressed = false;   // RSV1, with permessage-deflate
  std::size_t length = 0;    // of the payload, bytes
  std::string header_hex;    // "81 85 37 fa 21 3d"
  std::string payload_text;  // unmasked, at most 200 bytes shown, escaped
  std::string meaning;       // « texte de 5 octets, masqué »
};

enum class ArrowKind {
  connection,  // connect → accept
  bytes,       // a stream's, from one send to one recv: what the latter took of the former
  datagram,    // from one sendto to the recvfrom that took it
  end,         // close or shutdown → the recv that gave 0, or the reset
  lost         // bytes or a datagram that nobody read
};

struct Arrow {
  std::size_t from = 0;           // an event
  std::optional<std::size_t> to;  // an event; none: nobody received it
  ArrowKind kind = ArrowKind::bytes;
  std::size_t bytes = 0;      // how many it carries in all
  std::string text;           // the first of them (200 at most) as text, escaped
  std::string hex;            // the first of them (64 at most): "42 6f 6e 6a 6f 75 72"
  std::vector<Frame> frames;  // when the stream speaks WebSocket, those that begin in this arrow
};

struct Diagram {
  std::string title;  // « Leçon 09 : un chat, chacun son tour »
  std::vector<Lane> lanes;
  std::vector<Event> events;       // in the order of `began`
  std::vector<Arrow> arrows;       // in the order of `from`
  std::vector<std::string> notes;  // what the reader should know: calls left out, output cut short
};

}  // namespace prise::trace
