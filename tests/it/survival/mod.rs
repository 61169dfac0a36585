//! The proof that runs survive anything: the bot as a process of its own is ended at every step of every
//! life, and nothing is lost, doubled or forgotten. `docs/reliability.md` says how to run it.

mod away;
mod bot;
mod check;
mod detectors;
mod disk;
mod life;
mod lives;
mod machines;
mod outages;
mod points;
mod promises;
mod stop;
mod subjects;
mod sweep;
