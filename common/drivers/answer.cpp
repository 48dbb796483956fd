#include "drivers/answer.hpp"

#include "protocol/websocket/origin.hpp"

namespace prise::drivers {
namespace {

bool is_loopback(const net::Address& address) {
  const std::string host = address.host();
  return host == "::1" || host.starts_with("127.") || host.starts_with("::ffff:127.");
}

bool may_open(const protocol::RequestHead& request, const net::Address& client) {
  switch (protocol::count_fields(request.fields, "Origin")) {
    case 0:
      return true;
    case 1:
      break;
    default:
      return false;
  }
  const std::string_view origin = protocol::field_value(request.fields, "Origin");
  if (websocket::is_local_origin(origin)) return true;
  // On the loopback, a name that is not ours in Host is that of a page that made its own name lead
  // here (DNS rebinding): it says nothing of where the page came from.
  return !is_loopback(client) &&
         websocket::is_own_origin(origin, protocol::field_value(request.fields, "Host"));
}

}  // namespace

void answer(const websocket::UpgradeRequested& asked, websocket::Connection& connection,
            const Settings& settings, const net::Address& client) {
  if (settings.may_open) {
    if (!settings.may_open(*asked.request, client)) connection.refuse(403);
    return;
  }
  const bool judged = settings.origins == Origins::any ||
                      !settings.websocket.origins_allowed.empty();  // by the connection
  if (!judged && !may_open(*asked.request, client)) connection.refuse(403);
}

void answer(const websocket::PlainRequested& asked, websocket::Connection& connection,
            const Settings& settings) {
  if (settings.pages.empty()) return;
  const std::string_view target = asked.request->target;
  const auto page = settings.pages.find(target.substr(0, target.find('?')));
  if (page == settings.pages.end())
    connection.refuse(404);
  else
    connection.respond(200, page->second.content_type, page->second.body, page->second.fields);
}

}  // namespace prise::drivers
