// The chat's page, as people use it: several of them, in one Chromium, and the real server.
import { after, before } from "node:test";

import "./capstone/bad_days.mjs";
import "./capstone/looks.mjs";
import "./capstone/people.mjs";
import { close_browser, open_browser } from "./capstone/support.mjs";

before(open_browser);
after(close_browser);
