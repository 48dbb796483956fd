#include "session.hpp"

#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include "clock.hpp"
#include "log.hpp"

namespace prise::chat {

using Clock = std::chrono::steady_clock;
using drivers::coroutines::WebSocket;
using websocket::CloseCode;

Session::Session(WebSocket& websocket, House& house)
    : websocket_{websocket},
      house_{house},
      allowance_{house.actions_per_second, limits::actions_in_a_row, Clock::now()},
      faults_{limits::faults_per_second, limits::faults_in_a_row, Clock::now()} {
  came = Clock::now();
  house_.rooms.connect(*this);
}

Session::~Session() {
  websocket_.watch(nullptr);
  house_.rooms.disconnect(*this);
  if (admitted_) --house_.guests;
  log_info("Client supprimé : {}", websocket_.peer());
}

asio::awaitable<void> Session::run() {
  bool failed = false;
  try {
    if (house_.guests < house_.clients_max)
      admit();
    else
      dismiss(CloseCode::try_again_later, "serveur complet");
    co_await serve();
  } catch (const std::exception& error) {  // ours: it must not end the others' talk
    log_error("Erreur inattendue : {}", error.what());
    failed = true;
  }
  if (failed) co_await websocket_.close(CloseCode::internal_error, "erreur du serveur");
  // No Close frame would get through to who has read nothing for so long.
  const auto& closed = websocket_.closed();
  if (!dismissed_ && closed && closed->timed_out)
    log_info("Client perdu (ne lit ou ne répond plus) : {}", websocket_.peer());
  log_info("Client déconnecté : {}", websocket_.peer());
}

void Session::admit() {
  admitted_ = true;
  ++house_.guests;
}

asio::awaitable<void> Session::serve() {
  offer(rooms_text(house_.rooms.names()));
  while (const auto message = co_await websocket_.receive()) {
    if (dismissed_) continue;
    if (const auto wait = allowance_.take_one(Clock::now())) {
      refuse_haste(message->bytes, *wait);
    } else {
      const Request request = parse_request(message->bytes);
      ref_ = request.ref;
      co_await answer(request);
    }
    // What comes in one burst is answered in turns: what it made for the others leaves in between.
    co_await asio::post(asio::use_awaitable);
  }
}

void Session::refuse_haste(std::string_view text, std::chrono::milliseconds wait) {
  offer(error_text(ErrorCode::too_fast, ref_of(text), wait.count()));
  count_fault("trop d'actions");
}

// As in the notes: first login, then whether there is a name, then the rest.
asio::awaitable<void> Session::answer(const Request& request) {
  const auto* const refused = std::get_if<Refused>(&request.action);
  const bool unreadable = refused != nullptr && refused->why == ErrorCode::bad_json;
  const bool needs_no_name = std::holds_alternative<Login>(request.action) ||
                             std::holds_alternative<WatchFrames>(request.action) || unreadable;
  if (unreadable) log_error("Erreur inattendue : {} n'envoie pas de JSON", websocket_.peer());
  if (user.empty() && !needs_no_name) {
    offer(message_text("veuillez choisir un pseudo avant de pouvoir chatter"));
    count_fault("trop de fautes");
    co_return;
  }
  co_await std::visit([this](const auto& action) { return act(action); }, request.action);
}

asio::awaitable<void> Session::act(const Refused& refused) {
  refuse(refused.why);
  co_return;
}

asio::awaitable<void> Session::act(const Login& login) {
  std::optional<ErrorCode> fault = login.fault;
  if (!fault && !house_.rooms.rename(*this, login.user)) fault = ErrorCode::name_taken;
  if (fault) {
    refuse_login(login, *fault);
    co_return;
  }
  version = login.version;
  offer(message_text("Bienvenue"));
  const bool moves = house_.rooms.exists(login.room);
  const std::string here = room == nullptr ? std::string(Rooms::first_room) : room->name;
  const std::string entered = moves ? login.room : here;
  if (version > 0) {
    offer(welcome_text(user, entered, house_.storage.history_id()));
    offer(activity_text(house_.rooms.last_ids()));
  }
  co_await go_to(entered);
}

// In the notes' words; an error says more to who speaks version 1.
void Session::refuse_login(const Login& login, ErrorCode fault) {
  if (fault == ErrorCode::name_taken)
    log_info("Login échoué : pseudo '{}' déjà pris.", login.user);
  else
    log_info("Login échoué : pseudo invalide.");
  offer(message_text("pseudo invalide"));
  if (login.version > 0) offer(error_text(fault, ref_));
  count_fault("trop de fautes");
}

asio::awaitable<void> Session::act(const SendMessage& message) {
  const std::string here = room->name;
  Message said{std::nullopt, user, message.text, ref_, now_ms()};
  said.id = co_await house_.storage.append(here, said);
  house_.fan_out.publish(Spoken{here, said});
  if (!said.id) offer(error_text(ErrorCode::not_saved, ref_));
}

asio::awaitable<void> Session::act(const CreateRoom& creation) {
  if (house_.rooms.exists(creation.room)) {
    refuse(ErrorCode::room_exists);
    co_return;
  }
  if (house_.rooms.names().size() >= house_.rooms_max) {
    refuse(ErrorCode::too_many_rooms);
    co_return;
  }
  // It is there before it is saved: nobody makes it twice, or one too many, meanwhile.
  house_.fan_out.publish(RoomCreated{creation.room});
  const bool saved = co_await house_.storage.add_room(creation.room);
  if (!saved) offer(error_text(ErrorCode::not_saved, ref_));
}

asio::awaitable<void> Session::act(const JoinRoom& joining) {
  if (!house_.rooms.exists(joining.room)) {
    refuse(ErrorCode::unknown_room);
    co_return;
  }
  co_await go_to(joining.room);
}

asio::awaitable<void> Session::act(const GetHistory& wanted) {
  const std::string name = wanted.room.empty() ? room->name : wanted.room;
  if (!house_.rooms.exists(name)) {
    refuse(ErrorCode::unknown_room);
    co_return;
  }
  const auto page = co_await house_.storage.page(name, wanted.window);
  if (!page) {
    offer(error_text(ErrorCode::no_history, ref_));  // no fault of the client's
    co_return;
  }
  offer(history_text(name, wanted.window, *page, ref_));
}

asio::awaitable<void> Session::act(const WatchFrames& watch) {
  websocket_.watch(nullptr);
  panel_.reset();
  if (!watch.on) co_return;
  const auto executor = co_await asio::this_coro::executor;
  // The frames leave together, once this turn's work is done.
  panel_ = std::make_shared<FramePanel>([this, executor] {
    asio::post(executor, [this, still_there = std::weak_ptr(panel_)] {
      if (!still_there.expired()) show_frames();
    });
  });
  {
    const FramePanel::Unseen unseen{*panel_};
    websocket_.watch(panel_.get());
    offer(frames_text({}, 0));
  }
}

// Who is there, and what was said; then what was said meanwhile.
asio::awaitable<void> Session::go_to(const std::string& name) {
  holding_ = version > 0;
  house_.rooms.enter(*this, name);
  if (version == 0) co_return;
  std::vector<std::string> users;
  for (const Member* const member : room->members) {
    if (users.size() == limits::people) break;
    users.push_back(member->user);
  }
  offer(people_text(room->name, users, room->members.size()));
  const Window window{.limit = limits::history_messages_default};
  const auto page = co_await house_.storage.page(room->name, window);
  if (page)
    offer(history_text(room->name, window, *page, ref_));
  else
    offer(error_text(ErrorCode::no_history, ref_));
  const bool empty = !page || page->messages.empty();
  release(empty ? 0 : *page->messages.back().id);
}

void Session::release(Id last_shown) {
  holding_ = false;
  held_bytes_ = 0;
  for (const Delivery& delivery : std::exchange(held_, {}))
    if (!delivery.id || *delivery.id > last_shown) deliver(delivery);
}

void Session::deliver(const Delivery& delivery) {
  const SharedFrame& frame = version > 0 ? delivery.version1 : delivery.notes;
  if (!frame || dismissed_) return;
  if (!holding_) return offer_frame(frame);
  // It goes into the queue later, and may not be more than that holds.
  held_bytes_ += frame->frame().size();
  if (held_bytes_ > limits::queue_bytes) return dismiss(CloseCode::try_again_later, "trop lent");
  held_.push_back(delivery);
}

void Session::refuse(ErrorCode code) {
  offer(error_text(code, ref_));
  count_fault("trop de fautes");
}

void Session::count_fault(std::string_view reason) {
  if (faults_.take_one(Clock::now())) dismiss(CloseCode::policy_violation, reason);
}

void Session::send_away_nameless() {
  if (!dismissed_) dismiss(CloseCode::policy_violation, "pas de pseudo");
}

void Session::offer(const std::string& text) {
  if (dismissed_ || websocket_.offer_text(text) || !websocket_.is_open()) return;
  dismiss(CloseCode::try_again_later, "trop lent");
}

void Session::offer_frame(const SharedFrame& frame) {
  if (dismissed_ || websocket_.offer_prepared(frame) || !websocket_.is_open()) return;
  dismiss(CloseCode::try_again_later, "trop lent");
}

// It stays in its room until it has gone: the rooms may be going through their members just now.
void Session::dismiss(CloseCode code, std::string_view reason) {
  log_info("Client renvoyé ({} {}) : {}", static_cast<int>(code), reason, websocket_.peer());
  dismissed_ = true;
  websocket_.offer_close(code, reason);
}

// The panel gives way: a client that is slow to read loses these before it loses a message.
void Session::show_frames() {
  const auto [frames, skipped] = panel_->take();
  if (frames.empty() || dismissed_) return;
  frames_skipped_ += skipped;
  if (websocket_.queued_bytes() > limits::queue_bytes / 2) {
    frames_skipped_ += frames.size();
    return;
  }
  const FramePanel::Unseen unseen{*panel_};
  offer(frames_text(frames, std::exchange(frames_skipped_, 0)));
}

}  // namespace prise::chat
