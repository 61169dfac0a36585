//! Every function of the store, on both databases.

mod settings;
