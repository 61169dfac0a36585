//! Archives that would do harm, and sites that do not serve.

use mayfly::releases::{Limits, Trust};
use zip::CompressionMethod;

use super::Stage;
use super::site::{Release, script, tar_gz, zip, zip_by};

async fn refused(wanted: &str, release: Release, archive: Vec<u8>, limits: Limits) -> String {
    let mut stage = Stage::new().await;
    stage.limits = limits;
    stage.site.publish(release, archive);
    let told = stage.refused(wanted).await;
    assert!(!stage.folder.path().join("evil").exists());
    told
}

#[tokio::test]
async fn nothing_is_written_outside_the_folder() {
    let script = script(None);
    for evil in ["../evil", "x/../../../evil", "/evil", "tofu/../../evil", "..\\evil"] {
        let archive = zip(&[("tofu", &script), (evil, b"evil")]);
        let told = refused("tofu@1.12.6", Release::tofu(), archive, Limits::default()).await;
        assert!(told.contains("leads out of its folder"), "{evil}: {told}");
    }
    for evil in ["../evil", "pulumi/../../evil", "/evil"] {
        let archive = tar_gz(&[("pulumi/pulumi", &script), (evil, b"evil")]);
        let told = refused("pulumi@3.219.0", Release::pulumi(), archive, Limits::default()).await;
        assert!(told.contains("leads out of its folder"), "{evil}: {told}");
    }
}

#[tokio::test]
async fn links_are_refused() {
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gz);
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "pulumi/pulumi", "/bin/sh").expect("is written");
    let archive = tar.into_inner().expect("ends").finish().expect("ends");
    let told = refused("pulumi@3.219.0", Release::pulumi(), archive, Limits::default()).await;
    assert!(told.contains("neither a file nor a folder"), "{told}");
}

#[tokio::test]
async fn an_archive_that_unpacks_to_too_much_is_refused() {
    let limits = Limits { unpacked: 1 << 20, files: 20, ..Limits::default() };
    let zeros = vec![0; 4 << 20];
    let bomb = zip_by(CompressionMethod::Deflated, &[("tofu", &zeros)]);
    assert!(bomb.len() < 100_000);
    let told = refused("tofu@1.12.6", Release::tofu(), bomb, limits).await;
    assert!(told.contains("more than 1 MB"), "{told}");
    let bomb = tar_gz(&[("pulumi/pulumi", b"x"), ("pulumi/pulumi-more", &zeros)]);
    let told = refused("pulumi@3.219.0", Release::pulumi(), bomb, limits).await;
    assert!(told.contains("more than 1 MB"), "{told}");
    let names: Vec<String> = (0..30).map(|n| format!("pulumi/n{n}")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let told = refused("pulumi@3.219.0", Release::pulumi(), tar_gz(&many), limits).await;
    assert!(told.contains("or 20 files"), "{told}");
}

#[tokio::test]
async fn a_download_that_is_too_large_is_broken_off() {
    let limits = Limits { archive: 50_000, ..Limits::default() };
    let archive = zip(&[("tofu", &script(None))]);
    let told = refused("tofu@1.12.6", Release::tofu(), archive, limits).await;
    assert!(told.contains("is larger than 50000 bytes"), "{told}");
}

#[tokio::test]
async fn something_else_than_an_archive_is_refused() {
    let script = script(None);
    let mut cut = zip(&[("tofu", &script)]);
    cut.truncate(5000);
    for (archive, part) in [
        (b"<html>".to_vec(), "is damaged"),
        (cut, "is damaged"),
        (zip(&[("terraform", &script)]), "has no program `tofu`"),
        (zip(&[("bin/tofu", &script)]), "has no program `tofu`"),
    ] {
        let told = refused("tofu@1.12.6", Release::tofu(), archive, Limits::default()).await;
        assert!(told.contains(part), "{told}");
    }
    let mut cut = tar_gz(&[("pulumi/pulumi", &script)]);
    cut.truncate(cut.len() / 2);
    for archive in [b"<html>".to_vec(), cut] {
        let told = refused("pulumi@3.219.0", Release::pulumi(), archive, Limits::default()).await;
        assert!(told.contains("is damaged"), "{told}");
    }
}

#[tokio::test]
async fn a_version_that_is_not_there_is_told() {
    let stage = Stage::new().await;
    let told = stage.refused("opentofu@9.9.9").await;
    assert!(told.contains("there is no OpenTofu 9.9.9 at http://127.0.0.1"), "{told}");
    stage.site.publish(Release::tofu(), zip(&[("tofu", &script(None))]));
    stage.site.inner().files.remove(&Release::tofu().archive());
    let told = stage.refused("tofu@1.12.6").await;
    assert!(
        told.contains("there is no OpenTofu 1.12.6 at") && told.contains(".zip (404)"),
        "{told}"
    );
}

#[tokio::test]
async fn a_site_that_does_not_answer_is_told() {
    let stage = Stage::new().await;
    stage.site.inner().status = Some(503);
    let told = stage.refused("tofu@1.12.6").await;
    assert!(told.contains("answers 503"), "{told}");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listens");
    let nobody = format!("http://{}/", listener.local_addr().expect("has one"));
    drop(listener);
    let told = stage.install_with("tofu@1.12.6", &nobody, Trust::Publisher).await;
    let told = told.expect_err("nobody is there").to_string();
    assert!(told.contains("cannot be reached: ") && told.contains("refused"), "{told}");
    assert!(told.contains("--from URL"), "{told}");
}
