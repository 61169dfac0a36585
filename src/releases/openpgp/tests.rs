//! With keys and a signature that publishers really made: RSA, subkeys, names, an expired subkey.

use super::*;

const HASHICORP: &[u8] = include_bytes!("../keys/hashicorp.asc");
const OPENTOFU: &[u8] = include_bytes!("../keys/opentofu.asc");
/// The checksums of a release of HashiCorp's, of 2021-04-22, with its signature by a subkey that ended
/// in 2022.
const SUMS: &[u8] = include_bytes!("samples/terraform-provider-null_3.1.0_SHA256SUMS");
const SIGNATURE_OF_SUMS: &[u8] =
    include_bytes!("samples/terraform-provider-null_3.1.0_SHA256SUMS.sig");
const SIGNED: u64 = 1_619_111_814;

fn now() -> Timestamp {
    Timestamp(1_795_305_600_000)
}

fn fingerprints(keys: &Keys) -> Vec<String> {
    keys.0.iter().map(|key| hex::encode_upper(key.key.fingerprint)).collect()
}

#[test]
fn the_publishers_keys_are_theirs() {
    let hashicorp = Keys::read(HASHICORP).unwrap();
    assert_eq!(
        fingerprints(&hashicorp),
        [
            "B36CBA91A2C0730C435FC280B0B441097685B676",
            "374EC75B485913604A831CC7C820C6D5CD27AB87",
            "C874011F0AB405110D02105534365D9472D7468F",
        ],
        "the one that encrypts is not among them"
    );
    let ends: Vec<String> =
        hashicorp.0.iter().map(|key| super::at(key.holds.end).to_string()).collect();
    let ends: Vec<&str> = ends.iter().map(|end| &end[..10]).collect();
    assert_eq!(ends, ["2022-04-20", "2030-03-01", "2030-03-01"]);
    let opentofu = Keys::read(OPENTOFU).unwrap();
    assert_eq!(fingerprints(&opentofu), ["E3E6E43D84CB852EADB0051D0C0AF313E5FD9F80"]);
    assert_eq!(opentofu.0[0].holds.end, u64::MAX);
}

#[test]
fn a_publishers_signature_holds_for_its_file_alone() {
    let keys = Keys::read(HASHICORP).unwrap();
    assert_eq!(keys.verify(SUMS, SIGNATURE_OF_SUMS, now()), Ok(()));
    let mut other = SUMS.to_vec();
    other[7] ^= 1;
    assert_eq!(keys.verify(&other, SIGNATURE_OF_SUMS, now()), Err(BadSignature::Wrong));
    let opentofu = Keys::read(OPENTOFU).unwrap();
    let told = opentofu.verify(SUMS, SIGNATURE_OF_SUMS, now());
    assert_eq!(told, Err(BadSignature::OtherKey("B0B441097685B676".to_owned())));
}

#[test]
fn a_key_signs_while_it_holds() {
    let mut keys = Keys::read(HASHICORP).unwrap();
    keys.0[0].holds.end = SIGNED;
    let told = keys.verify(SUMS, SIGNATURE_OF_SUMS, now());
    assert!(matches!(told, Err(BadSignature::KeyDidNotHold { .. })), "{told:?}");
    keys.0[0].holds = SIGNED..SIGNED + 1;
    assert_eq!(keys.verify(SUMS, SIGNATURE_OF_SUMS, now()), Ok(()));
    let before = Timestamp((SIGNED as i64 - 90_000) * 1000);
    let told = keys.verify(SUMS, SIGNATURE_OF_SUMS, before);
    assert!(matches!(told, Err(BadSignature::OfTheFuture(_))), "{told:?}");
}

#[test]
fn a_subkey_that_its_primary_does_not_know_signs_nothing() {
    let hashicorp = dearmored(HASHICORP).unwrap();
    let opentofu = dearmored(OPENTOFU).unwrap();
    // OpenTofu's primary key with its name, and HashiCorp's subkeys behind it.
    let at = |bytes: &[u8], tag: u8| {
        let body = packets(bytes).unwrap().into_iter().find(|p| p.tag == tag).unwrap().body;
        body.as_ptr() as usize - bytes.as_ptr() as usize - 3
    };
    let subkeys = &hashicorp[at(&hashicorp, packet::PUBLIC_SUBKEY)..];
    let mixed = [&opentofu[..at(&opentofu, packet::PUBLIC_SUBKEY)], subkeys].concat();
    let keys = Keys::read(&mixed).unwrap();
    assert_eq!(fingerprints(&keys), ["E3E6E43D84CB852EADB0051D0C0AF313E5FD9F80"]);
}

#[test]
fn damage_is_an_error_and_no_panic() {
    for cut in 0..SIGNATURE_OF_SUMS.len() {
        let keys = Keys::read(HASHICORP).unwrap();
        assert!(keys.verify(SUMS, &SIGNATURE_OF_SUMS[..cut], now()).is_err(), "{cut}");
    }
    let key = dearmored(OPENTOFU).unwrap();
    for at in 0..key.len().min(600) {
        // Neither a cut nor a changed byte gives the primary key another word about itself.
        assert!(Keys::read(&key[..at]).is_err(), "cut at {at}");
        let mut changed = key.clone();
        changed[at] ^= 0x15;
        drop(Keys::read(&changed));
    }
}
