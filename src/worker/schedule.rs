//! Five-field POSIX cron, on the `cron` crate: that one wants seconds, counts Sunday as 1, and joins
//! day-of-month with weekday by *and* where POSIX says *or*.

use std::str::FromStr as _;
use std::time::Duration;

use crate::domain::Timestamp;

/// When something is to happen, in UTC.
#[derive(Debug, Clone)]
pub struct Schedule(Vec<cron::Schedule>);

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no schedule: {why}; write five cron fields (minute hour day month weekday), such as `*/5 * * * *`, or six with seconds first"
)]
pub struct NotASchedule {
    text: String,
    why: String,
}

impl Schedule {
    /// Reads five POSIX fields, or six with seconds first.
    pub fn parse(text: &str) -> Result<Schedule, NotASchedule> {
        let wrong = |why: String| NotASchedule { text: text.to_owned(), why };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let (second, minute, hour, day, month, weekday) = match fields.as_slice() {
            [m, h, d, mo, w] => ("0", *m, *h, *d, *mo, *w),
            [s, m, h, d, mo, w] => (*s, *m, *h, *d, *mo, *w),
            _ => return Err(wrong(format!("it has {} fields", fields.len()))),
        };
        let weekday = weekdays(weekday).map_err(wrong)?;
        // With both restricted, POSIX fires on either: two schedules, the earlier wins.
        let days: Vec<(&str, &str)> = match (day, weekday.as_str()) {
            ("*", weekday) => vec![("*", weekday)],
            (day, "*") => vec![(day, "*")],
            (day, weekday) => vec![(day, "*"), ("*", weekday)],
        };
        let parsed = days.into_iter().map(|(day, weekday)| {
            let line = format!("{second} {minute} {hour} {day} {month} {weekday}");
            cron::Schedule::from_str(&line).map_err(|error| wrong(error.to_string()))
        });
        Ok(Schedule(parsed.collect::<Result<_, _>>()?))
    }

    /// The first time after `now`; `None` when there is none, such as 30 February.
    pub fn after(&self, now: Timestamp) -> Option<Timestamp> {
        let next = self.0.iter().filter_map(|schedule| schedule.after(&now.utc()).next());
        next.min().map(|time| Timestamp(time.timestamp_millis()))
    }

    /// How long from `now` to the next time; an hour when there is none.
    pub fn pause(&self, now: Timestamp) -> Duration {
        let pause = self.after(now).map_or(Duration::from_secs(3600), |next| (next - now).real());
        pause.max(Duration::from_millis(10))
    }

    /// Whether one of its times has come after `since`, until `now`. Never where the clock was set back.
    pub fn passed(&self, since: Timestamp, now: Timestamp) -> bool {
        self.after(since).is_some_and(|next| next <= now)
    }
}

/// Weekdays as the crate counts them: every day is written out as its name.
fn weekdays(field: &str) -> Result<String, String> {
    if field == "*" {
        return Ok("*".to_owned());
    }
    let mut days = [false; 7];
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)),
            None => (part, Some(1usize)),
        };
        let step = step.ok_or_else(|| format!("`{part}` has no step above 0"))?;
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (weekday(from)?, weekday(to)?),
            None if range == "*" => (0, 6),
            None if part.contains('/') => (weekday(range)?, 6),
            None => (weekday(range)?, weekday(range)?),
        };
        // 7 is Sunday again, and so is a range that ends with it.
        let to = if to < from { to + 7 } else { to };
        for day in (from..=to).step_by(step) {
            days[day % 7] = true;
        }
    }
    let named = DAYS.iter().zip(days).filter(|(_, on)| *on).map(|(name, _)| *name);
    Ok(named.collect::<Vec<_>>().join(","))
}

const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn weekday(text: &str) -> Result<usize, String> {
    let by_name = DAYS.iter().position(|day| day.eq_ignore_ascii_case(text));
    let by_number = text.parse().ok().filter(|day| *day <= 7);
    by_name.or(by_number).ok_or_else(|| format!("`{text}` is no weekday"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 2026-01-02 00:00:00 UTC.
    const FRIDAY: Timestamp = Timestamp(1_767_312_000_000);

    fn next(text: &str) -> String {
        let schedule = Schedule::parse(text).expect(text);
        let next = schedule.after(FRIDAY).expect("there is a next time");
        next.utc().format("%a %Y-%m-%d %H:%M:%S").to_string()
    }

    #[test]
    fn weekdays_are_posix() {
        assert_eq!(next("0 9 * * 1"), "Mon 2026-01-05 09:00:00");
        assert_eq!(next("0 9 * * 0"), "Sun 2026-01-04 09:00:00");
        assert_eq!(next("0 9 * * 7"), "Sun 2026-01-04 09:00:00");
        assert_eq!(next("0 9 * * 5-7"), "Fri 2026-01-02 09:00:00");
        assert_eq!(next("0 9 * * sat"), "Sat 2026-01-03 09:00:00");
        assert_eq!(next("0 9 * * */3"), "Sat 2026-01-03 09:00:00");
        assert_eq!(next("0 9 * * 6-1"), "Sat 2026-01-03 09:00:00");
    }

    #[test]
    fn a_day_of_the_month_or_a_weekday() {
        assert_eq!(next("0 9 20 * 1"), "Mon 2026-01-05 09:00:00");
        assert_eq!(next("0 9 3 * 1"), "Sat 2026-01-03 09:00:00");
        assert_eq!(next("0 9 20 * *"), "Tue 2026-01-20 09:00:00");
    }

    #[test]
    fn a_time_is_met_once_though_the_clock_is_set() {
        let daily = Schedule::parse("0 9 * * *").expect("parses");
        let at = |hour: i64| Timestamp(FRIDAY.0 + hour * 3_600_000);
        assert!(!daily.passed(at(7), at(8)));
        assert!(daily.passed(at(8), at(12)), "set ahead, past it");
        assert!(!daily.passed(at(12), at(8)), "set back");
        assert!(!daily.passed(at(9), at(9)) && daily.passed(at(8), at(9)));
    }

    #[test]
    fn seconds_stand_before_the_rest() {
        assert_eq!(next("*/15 * * * * *"), "Fri 2026-01-02 00:00:15");
        assert_eq!(next("*/5 * * * *"), "Fri 2026-01-02 00:05:00");
    }

    #[test]
    fn what_is_no_schedule_says_what_would_be() {
        for text in
            ["", "* * * *", "61 * * * *", "* * * * 8", "* * * * mo", "* * * * 1/0", "x * * * *"]
        {
            let wrong = Schedule::parse(text).expect_err(text);
            assert!(wrong.to_string().contains("*/5 * * * *"), "{wrong}");
        }
    }
}
