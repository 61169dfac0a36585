// Telling times as Slack tells them: in the reader's own zone, by the workspace's clock.

const DAY = 86_400_000;

/** A reader's way of telling time; `now` is a function that gives milliseconds of business time. */
export function timeteller(zone, now) {
  // Where people read 2:30 PM they get it; everywhere else it is 14:30.
  const twelve = zone.startsWith("America/") || zone.startsWith("Australia/");
  const format = (options) => new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options });
  const clock = twelve
    ? { hour: "numeric", minute: "2-digit", hour12: true }
    : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const tellers = {
    time: format(clock),
    seconds: format({ ...clock, second: "2-digit" }),
    weekday: format({ weekday: "long" }),
    month: format({ month: "long" }),
    short: format({ month: "short", day: "numeric", year: "numeric" }),
    shortHere: format({ month: "short", day: "numeric" }),
    parts: format({ year: "numeric", month: "2-digit", day: "2-digit" }),
    bar: format({ weekday: "short", day: "numeric", month: "short", ...clock }),
  };
  const parts = (ms) => Object.fromEntries(tellers.parts.formatToParts(ms).map((p) => [p.type, p.value]));
  const dayNumber = (ms) => {
    const p = parts(ms);
    return Date.UTC(Number(p.year), Number(p.month) - 1, Number(p.day)) / DAY;
  };
  /** "Today", "Yesterday", "Tomorrow", or nothing. */
  const near = (ms) => ["Yesterday", "Today", "Tomorrow"][dayNumber(ms) - dayNumber(now()) + 1];
  const ordinal = (ms) => {
    const day = Number(parts(ms).day);
    const tail = day % 100 >= 11 && day % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
    return `${day}${tail}`;
  };
  const thisYear = (ms) => parts(ms).year === parts(now()).year;
  const year = (ms) => (thisYear(ms) ? "" : `, ${parts(ms).year}`);
  const date = (ms) => `${tellers.month.format(ms)} ${ordinal(ms)}${year(ms)}`;
  const long = (ms) => `${tellers.weekday.format(ms)}, ${date(ms)}`;
  const short = (ms) => (thisYear(ms) ? tellers.shortHere : tellers.short).format(ms);
  const number = (ms) => `${parts(ms).year}-${parts(ms).month}-${parts(ms).day}`;
  const tokens = {
    date_num: number, date, date_short: short, date_long: long,
    date_pretty: (ms) => near(ms)?.toLowerCase() ?? date(ms),
    date_short_pretty: (ms) => near(ms)?.toLowerCase() ?? short(ms),
    date_long_pretty: (ms) => near(ms)?.toLowerCase() ?? long(ms),
    time: (ms) => tellers.time.format(ms),
    time_secs: (ms) => tellers.seconds.format(ms),
    ago: (ms) => ago(now() - ms),
  };
  return {
    time: tokens.time,
    day: (ms) => near(ms) ?? long(ms),
    dayNumber,
    number,
    /** For the clock of the playground's own bar: up to the minute, and the seconds after it. */
    bar: (ms) => ({ minute: tellers.bar.format(ms), second: ` :${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}` }),
    /** When the last reply came: "today at 14:30". */
    when: (ms) => `${near(ms)?.toLowerCase() ?? short(ms)} at ${tokens.time(ms)}`,
    full: (ms) => `${long(ms)} at ${tokens.time(ms)}`,
    /** `{date_short} at {time}` and the like. */
    stamp(ms, pattern) {
      return pattern.replace(/\{(\w+)\}/g, (whole, name) => tokens[name]?.(ms) ?? whole);
    },
    /** `YYYY-MM-DDTHH:MM` in this zone, as date-time fields want it. */
    local: (ms) => {
      const [hour, minute] = new Intl.DateTimeFormat("en-GB", {
        timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
      }).format(ms).split(":");
      return `${number(ms)}T${hour}:${minute}`;
    },
    /** The instant of such a local time; asked twice because the offset may change in between. */
    instant(local) {
      const wanted = Date.parse(`${local}:00Z`);
      const offset = (ms) => Date.parse(`${this.local(ms)}:00Z`) - Math.floor(ms / 60_000) * 60_000;
      const first = wanted - offset(wanted);
      return wanted - offset(first);
    },
  };
}

/** Milliseconds of a Slack message id. */
export function millis(ts) {
  return Math.floor(Number(ts) * 1000);
}

/** "1 h", "2 d 3 h": how far the clock was moved. */
export function duration(ms) {
  const minutes = Math.round(ms / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts = [[days, "d"], [hours, "h"], [minutes % 60, "min"]].filter(([n]) => n > 0);
  return parts.slice(0, 2).map(([n, unit]) => `${n} ${unit}`).join(" ");
}

function ago(ms) {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const [n, unit] =
    seconds < 60 ? [seconds, "second"]
    : seconds < 3600 ? [Math.floor(seconds / 60), "minute"]
    : seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"]
    : [Math.floor(seconds / 86_400), "day"];
  const told = `${n} ${unit}${n === 1 ? "" : "s"}`;
  return ms >= 0 ? `${told} ago` : `in ${told}`;
}
