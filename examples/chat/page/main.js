// Puts the page together: one connection, one session, and views that listen to it.
import { FramesView } from "./frames/frames_view.js";
import { Connection } from "./protocol/connection.js";
import { Session } from "./protocol/session.js";
import { announce_messages } from "./views/announcer.js";
import { ComposerView } from "./views/composer_view.js";
import { Drawers } from "./views/drawers.js";
import { LoginView } from "./views/login_view.js";
import { MessagesView } from "./views/messages_view.js";
import { Notifications } from "./views/notifications.js";
import { PeopleView } from "./views/people_view.js";
import { RoomsView } from "./views/rooms_view.js";
import { set_shortcuts } from "./views/shortcuts.js";
import { StatusView } from "./views/status_view.js";

const address = new URL("./", location.href);
address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
address.hash = "";

const session = new Session(new Connection(address));
const messages = new MessagesView(session);
const composer = new ComposerView(session);
const rooms = new RoomsView(session);
const drawers = new Drawers();
const frames = new FramesView(session);
new PeopleView(session);
new StatusView(session);
new Notifications(session);
announce_messages(session);
set_shortcuts({ composer, rooms, drawers, frames });
document.addEventListener("message-sent", () => messages.to_end());
session.addEventListener("status", () => { if (session.status === "out") drawers.close({ focus: null }); });
new LoginView(session).start();
