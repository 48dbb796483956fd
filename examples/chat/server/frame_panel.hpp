// The frames of one connection, gathered for its panel: PROTOCOL.md, « Le panneau des trames ».
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "protocol.hpp"
#include "protocol/websocket/frame_watcher.hpp"

namespace prise::chat {

class FramePanel : public websocket::FrameWatcher {
public:
  // `gathered` is called when there is something to take(): in the middle of the connection's own
  // work, so it must not call the connection.
  explicit FramePanel(std::function<void()> gathered) : gathered_{std::move(gathered)} {}

  // limits::frames_at_once at most, however many there were; and how many there were besides.
  struct Gathered {
    std::vector<Frame> frames;
    std::uint64_t skipped = 0;
  };
  Gathered take() { return std::exchange(waiting_, {}); }

  // While one exists, what is sent is the panel's own, and is not seen: it would never end.
  class Unseen {
  public:
    explicit Unseen(FramePanel& panel) : panel_{panel} { panel_.unseen_ = true; }
    ~Unseen() { panel_.unseen_ = false; }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

  private:
    FramePanel& panel_;
  };

  void frame(websocket::Direction direction, const websocket::FrameHead& head) override;
  void payload(websocket::Direction direction, websocket::Bytes piece) override;

private:
  void end_if_whole(std::optional<Frame>& frame);

  std::function<void()> gathered_;
  Gathered waiting_;
  std::optional<Frame> received_;  // what is shown of its payload may still come
  std::optional<Frame> sent_;
  std::uint64_t count_ = 0;
  bool unseen_ = false;
};

}  // namespace prise::chat
