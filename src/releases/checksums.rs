//! SHA-256 sums: those of a published list, and that of a file.

use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::InstallError;

/// The sum of a file in a list as `sha256sum` writes it: `<64 hex digits>  <name>`, in small letters.
pub(super) fn find(list: &[u8], file: &str) -> Option<String> {
    let text = String::from_utf8_lossy(list);
    text.lines().find_map(|line| {
        let (sum, name) = line.split_once(char::is_whitespace)?;
        // `*` marks a file that was read as binary.
        let name = name.trim().trim_start_matches('*').trim_start_matches("./");
        let is_sum = sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit());
        (is_sum && name == file).then(|| sum.to_ascii_lowercase())
    })
}

/// The sum of a file.
pub(super) fn of_file(path: &Path) -> Result<String, InstallError> {
    let mut file = std::fs::File::open(path).map_err(InstallError::file(path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).map_err(InstallError::file(path))? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_sha256sum_writes_it() {
        let sum = "0e9f3f2b5ad0a1bd8b6f6b1a6c4f5be1b0d5a9d1b1c56fb3d1e4ad4f2f7a6c11";
        let list = format!("{sum}  a.zip\n{}  *b.zip\nshort  c.zip\n", sum.to_uppercase());
        assert_eq!(find(list.as_bytes(), "a.zip").as_deref(), Some(sum));
        assert_eq!(find(list.as_bytes(), "b.zip").as_deref(), Some(sum));
        for name in ["c.zip", "d.zip", "", "zip"] {
            assert_eq!(find(list.as_bytes(), name), None, "{name}");
        }
    }
}
