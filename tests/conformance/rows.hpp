// Words in which the tables of cases are written.
#pragma once

#include "conformance/case.hpp"

namespace prise::conformance {

inline Frame frame(int opcode, Payload payload = {}) {
  Frame made;
  made.opcode = opcode;
  made.payload = std::move(payload);
  return made;
}
inline Frame text(Payload payload = {}) {
  return frame(1, std::move(payload));
}
inline Frame binary(Payload payload = {}) {
  return frame(2, std::move(payload));
}
inline Frame ping(Payload payload = {}) {
  return frame(9, std::move(payload));
}
inline Frame pong(Payload payload = {}) {
  return frame(10, std::move(payload));
}

inline Frame more(Frame made) {  // not the last fragment
  made.fin = false;
  return made;
}
inline Frame next(Payload payload = {}) {
  return more(frame(0, std::move(payload)));
}
inline Frame last(Payload payload = {}) {
  return frame(0, std::move(payload));
}
inline Frame with_rsv(int rsv, Frame made) {
  made.rsv = rsv;
  return made;
}
inline Frame compressed(Frame made) {
  made.compress = true;
  return made;
}
inline Frame in_fragments_of(std::size_t bytes, Frame made) {
  made.fragment_bytes = bytes;
  return made;
}

// A Close frame as it stands; SendClose is for right ones.
inline Frame close_frame(Payload payload) {
  return frame(8, std::move(payload));
}
inline std::string close_payload(int code, const std::string& reason = {}) {
  return {std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason};
}

inline Send together(std::vector<Frame> frames) {
  return {std::move(frames)};
}
inline Send framewise(std::vector<Frame> frames) {
  return {std::move(frames), Delivery::framewise};
}
inline Send chopped(std::size_t chop_bytes, std::vector<Frame> frames) {
  return {std::move(frames), Delivery::chopped, chop_bytes};
}

inline Happening came(Happening::Kind kind, Payload payload = {}) {
  return {kind, std::move(payload)};
}
inline Happening text_came(Payload payload) {
  return came(Happening::Kind::text, std::move(payload));
}
inline Happening binary_came(Payload payload) {
  return came(Happening::Kind::binary, std::move(payload));
}
inline Happening pong_came(Payload payload) {
  return came(Happening::Kind::pong, std::move(payload));
}
inline Happening timeout_came(Payload name) {
  return came(Happening::Kind::timeout, std::move(name));
}

// Outcomes. Right: these things come, then we close with 1000. Refused: these things come, then the
// peer fails the connection with one of the codes.
inline std::vector<Outcome> right(std::vector<Happening> happenings) {
  return {{Verdict::ok, std::move(happenings), {}}};
}
inline std::vector<Outcome> refused(std::vector<int> codes, std::vector<Happening> before = {}) {
  return {{Verdict::ok, std::move(before), {Closing::By::peer, std::move(codes)}}};
}
// The same, or without the things before: the peer read on before it answered.
inline std::vector<Outcome> refused_after(std::vector<Happening> before, int code = 1002) {
  return {{Verdict::ok, std::move(before), {Closing::By::peer, {code}}},
          {Verdict::non_strict, {}, {Closing::By::peer, {code}}}};
}

// The cases of each section, appended in order.
void add_framing_cases(Cases& cases);    // 1 to 5
void add_utf8_cases(Cases& cases);       // 6
void add_close_cases(Cases& cases);      // 7
void add_size_cases(Cases& cases);       // 9 and 10
void add_deflate_cases(Cases& cases);    // 12 and 13
void add_request_cases(Cases& cases);    // P.1: servers
void add_wire_cases(Cases& cases);       // P.2 to P.4
void add_extension_cases(Cases& cases);  // P.5
void add_transport_cases(Cases& cases);  // P.6
void add_response_cases(Cases& cases);   // P.7: clients

}  // namespace prise::conformance
