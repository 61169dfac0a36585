//! Whom is believed: checksums and their signatures.

use mayfly::releases::{Keys, Trust};

use super::Stage;
use super::signer::{Signer, now};
use super::site::{Release, script, zip};

async fn published() -> Stage {
    let stage = Stage::new().await;
    stage.site.publish(Release::tofu(), zip(&[("tofu", &script(None))]));
    stage
}

/// Puts another signature of the list in the place of the right one.
fn sign_by(stage: &Stage, sign: impl FnOnce(&[u8]) -> Vec<u8>) {
    let release = Release::tofu();
    let mut inner = stage.site.inner();
    let signature = sign(&inner.files[&release.checksums]);
    inner.files.insert(release.signature.expect("has one"), signature);
}

#[tokio::test]
async fn a_corrupted_archive_is_refused_and_the_good_one_installed_then() {
    let stage = published().await;
    let path = Release::tofu().archive();
    let good = stage.site.inner().files[&path].clone();
    stage.site.inner().files.get_mut(&path).expect("is there")[1000] ^= 1;
    let told = stage.refused("tofu@1.12.6").await;
    let expected = String::from_utf8_lossy(&stage.site.inner().files[&Release::tofu().checksums])
        .lines()
        .find_map(|line| line.split_once("  tofu_").map(|(sum, _)| sum.to_owned()))
        .expect("is listed");
    assert!(told.contains(&format!("{expected} was published")), "{told}");
    assert!(told.contains("its SHA-256 is") && told.contains("nothing is kept"), "{told}");
    stage.site.inner().files.insert(path, good);
    stage.install("tofu@1.12.6").await.expect("is installed");
}

#[tokio::test]
async fn a_truncated_archive_is_refused() {
    let stage = published().await;
    stage.site.inner().files.get_mut(&Release::tofu().archive()).expect("is there").truncate(5000);
    let told = stage.refused("tofu@1.12.6").await;
    assert!(told.contains("is not what was published"), "{told}");
}

#[tokio::test]
async fn a_list_without_the_file_is_told() {
    let stage = published().await;
    let sums = format!("{}  tofu_1.12.6_plan9_mips.zip\n", "a".repeat(64)).into_bytes();
    stage.site.inner().files.insert(Release::tofu().checksums, sums);
    sign_by(&stage, |sums| stage.site.signer.sign(sums));
    let told = stage.refused("tofu@1.12.6").await;
    assert!(told.contains("SHA256SUMS does not list tofu_1.12.6_"), "{told}");
    assert_eq!(stage.site.asked_for_archive(), [], "it is not even asked for");
}

#[tokio::test]
async fn a_list_that_was_changed_after_it_was_signed_is_refused() {
    let stage = published().await;
    let sums = Release::tofu().checksums;
    stage.site.inner().files.get_mut(&sums).expect("is there").push(b'\n');
    let told = stage.refused("tofu@1.12.6").await;
    assert!(told.contains("the signature does not fit the file"), "{told}");
}

#[tokio::test]
async fn a_signature_by_another_key_is_refused() {
    let stage = published().await;
    sign_by(&stage, |sums| Signer::new().sign(sums));
    let told = stage.refused("tofu@1.12.6").await;
    assert!(told.contains("which is not trusted"), "{told}");
}

#[tokio::test]
async fn a_missing_signature_is_refused() {
    let stage = published().await;
    stage.site.inner().files.remove(&Release::tofu().signature.expect("has one"));
    let told = stage.refused("tofu@1.12.6").await;
    assert!(told.contains("SHA256SUMS.gpgsig is not there"), "{told}");
}

#[tokio::test]
async fn something_else_than_a_signature_is_refused() {
    let stage = published().await;
    for other in
        ["", "<html>", "-----BEGIN PGP SIGNATURE-----\n\n????\n-----END PGP SIGNATURE-----\n"]
    {
        sign_by(&stage, |_| other.as_bytes().to_vec());
        let told = stage.refused("tofu@1.12.6").await;
        assert!(told.contains("the signature cannot be read"), "{told}");
    }
}

#[tokio::test]
async fn an_expired_key_is_believed_for_what_it_signed_while_it_held() {
    let day = 24 * 60 * 60;
    let signer = Signer::of(now() - 10 * day, 5 * day);
    let stage = published().await;
    let keys = || Trust::Keys(Keys::read(&signer.public_key()).expect("is a key"));
    sign_by(&stage, |sums| signer.sign_at(sums, now() - 4 * day));
    let told = stage.install_with("tofu@1.12.6", &stage.site.url, keys()).await;
    let told = told.expect_err("the key had ended").to_string();
    assert!(told.contains("at a time when that did not hold"), "{told}");
    sign_by(&stage, |sums| signer.sign_at(sums, now() - 6 * day));
    stage.install_with("tofu@1.12.6", &stage.site.url, keys()).await.expect("is installed");
}

#[tokio::test]
async fn a_mirror_cannot_sign_for_the_publisher() {
    let stage = published().await;
    let told = stage.install_with("tofu@1.12.6", &stage.site.url, Trust::Publisher).await;
    let told = told.expect_err("it is another's signature").to_string();
    assert!(told.contains("which is not trusted"), "{told}");
}
