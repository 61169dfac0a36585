//! The AWS templates on a simulated AWS, with the real provider.

mod bucket;
mod drift;
mod killed;
mod life;
mod lingers;
mod orphans;
mod sweep;
mod trio;
