//! The right to something that one process at a time may have.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// A file that is held (flock(2)): by one at a time among all processes, until this is dropped or its process
/// ends, however it does. The empty file stays, for others may be about to hold it.
#[derive(Debug)]
pub struct FileLock(File);

impl FileLock {
    /// Takes the file, which is made where it is not there; `None`: it is held already. Waits for nobody.
    pub fn take(path: &Path) -> io::Result<Option<FileLock>> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(FileLock(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for FileLock {
    /// To close the file would not do: a child that is being started has it open, too, from its fork to its
    /// exec, and on a busy machine that takes a while.
    fn drop(&mut self) {
        // Of an open file it cannot fail.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(path: &Path) -> Option<FileLock> {
        FileLock::take(path).expect("the file can be opened")
    }

    #[test]
    fn one_at_a_time_has_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("lock");
        let first = take(&path);
        assert!(first.is_some());
        assert!(take(&path).is_none());
        drop(first);
        assert!(take(&path).is_some());
    }

    #[test]
    fn it_is_free_at_once_whatever_child_is_being_started() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("lock");
        let lock = take(&path).expect("it is free");
        // What a child has between fork and exec: the same open file.
        let of_child = lock.0.try_clone().expect("a descriptor can be had");
        drop(lock);
        assert!(take(&path).is_some(), "a child that is being started still holds it");
        drop(of_child);
    }

    #[test]
    fn where_it_cannot_be_made_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        FileLock::take(&folder.path().join("none/lock")).expect_err("there is no such folder");
    }
}
