// What the pages do by themselves where JavaScript runs. Without it they work, too.

import { once } from "./once.js";
import { rows } from "./rows.js";
import { theme } from "./theme.js";
import { ticks } from "./ticks.js";
import { timeZone } from "./time_zone.js";

theme(document);
rows(document);
ticks(document);
once(document);
timeZone();
