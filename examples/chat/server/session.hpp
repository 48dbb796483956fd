// One client: from what it asks to what happens in the rooms, and from that to what it is sent.
#pragma once

#include <memory>
#include <vector>

#include "allowance.hpp"
#include "drivers/asio_websocket.hpp"
#include "frame_panel.hpp"
#include "house.hpp"
#include "protocol.hpp"

namespace prise::chat {

class Session : public Member {
public:
  // Both must outlive it. The handshake is done.
  Session(drivers::coroutines::WebSocket& websocket, House& house);
  ~Session() override;

  asio::awaitable<void> run();
  void deliver(const Delivery& delivery) override;
  void send_away_nameless() override;

private:
  asio::awaitable<void> serve();
  asio::awaitable<void> answer(const Request& request);
  asio::awaitable<void> act(const Refused& refused);
  asio::awaitable<void> act(const Login& login);
  asio::awaitable<void> act(const SendMessage& message);
  asio::awaitable<void> act(const CreateRoom& creation);
  asio::awaitable<void> act(const JoinRoom& joining);
  asio::awaitable<void> act(const GetHistory& wanted);
  asio::awaitable<void> act(const WatchFrames& watch);

  void admit();
  void refuse_haste(std::string_view text, std::chrono::milliseconds wait);
  void refuse_login(const Login& login, ErrorCode fault);
  asio::awaitable<void> go_to(const std::string& name);
  void release(Id last_shown);
  void refuse(ErrorCode code);
  void count_fault(std::string_view reason);
  void offer(const std::string& text);
  void offer_frame(const SharedFrame& frame);
  void dismiss(websocket::CloseCode code, std::string_view reason);
  void show_frames();

  drivers::coroutines::WebSocket& websocket_;
  House& house_;
  Allowance allowance_;
  Allowance faults_;
  std::string ref_;  // of the request at work
  bool admitted_ = false;
  bool dismissed_ = false;
  // What was said since we entered, while the history is being read: it is sent after it.
  bool holding_ = false;
  std::vector<Delivery> held_;
  std::size_t held_bytes_ = 0;
  std::shared_ptr<FramePanel> panel_;  // null: the frames are not watched
  std::uint64_t frames_skipped_ = 0;
};

}  // namespace prise::chat
