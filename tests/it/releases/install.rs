//! From the site into the folder: whole, interrupted, twice, at once.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use mayfly::releases::{Event, Installed, Verified};

use super::Stage;
use super::site::{Release, script, tar_gz, zip};

/// What the installed program says of its version.
fn says(program: &Path) -> String {
    // By the shell: a test beside this one that starts a program may still hold the file open.
    let output = std::process::Command::new("sh").arg(program).arg("version").output();
    String::from_utf8_lossy(&output.expect("runs").stdout).into_owned()
}

fn tofu() -> Vec<u8> {
    zip(&[("CHANGELOG.md", b"much"), ("tofu", &script(None))])
}

#[tokio::test]
async fn tofu_and_terraform_come_as_one_program_each() {
    let stage = Stage::new().await;
    stage.site.publish(Release::tofu(), tofu());
    stage
        .site
        .publish(Release::terraform(), zip(&[("terraform", &script(None)), ("LICENSE.txt", b"x")]));
    for (wanted, place) in [
        ("opentofu@1.12.6", "tofu/1.12.6/tofu"),
        ("terraform@v1.11.4", "terraform/1.11.4/terraform"),
    ] {
        let installed = stage.install(wanted).await.expect("is installed");
        let program = stage.engines().join(place);
        let verified = Verified::Signature;
        assert_eq!(installed, Installed::Now { program: program.clone(), verified });
        let mode = std::fs::metadata(&program).expect("is there").permissions().mode();
        assert_eq!(mode & 0o700, 0o700);
        assert!(says(&program).contains("1.12.6"), "{}", says(&program));
    }
    assert_eq!(stage.left(), ["terraform/1.11.4/terraform", "tofu/1.12.6/tofu"]);
}

#[tokio::test]
async fn pulumi_comes_with_the_hosts_of_its_languages() {
    let stage = Stage::new().await;
    let archive = tar_gz(&[
        ("pulumi/LICENSE", b"x"),
        ("pulumi/pulumi", &script(None)),
        ("pulumi/pulumi-language-yaml", b"#!/bin/sh\n"),
        ("pulumi/pulumi-resource-pulumi-nodejs", b"#!/bin/sh\n"),
    ]);
    stage.site.publish(Release::pulumi(), archive);
    let installed = stage.install("pulumi@3.219.0").await.expect("is installed");
    let program = stage.engines().join("pulumi/3.219.0/pulumi");
    assert_eq!(installed, Installed::Now { program, verified: Verified::Checksum });
    assert_eq!(
        stage.left(),
        [
            "pulumi/3.219.0/pulumi",
            "pulumi/3.219.0/pulumi-language-yaml",
            "pulumi/3.219.0/pulumi-resource-pulumi-nodejs",
        ]
    );
}

#[tokio::test]
async fn progress_is_told_to_the_end() {
    let stage = Stage::new().await;
    let archive = tofu();
    let size = archive.len() as u64;
    stage.site.publish(Release::tofu(), archive);
    stage.install("tofu@1.12.6").await.expect("is installed");
    let events = stage.events();
    let done: Vec<u64> = events
        .iter()
        .filter_map(|event| match event {
            Event::Progress { done, total } => {
                assert_eq!(*total, Some(size));
                Some(*done)
            }
            _ => None,
        })
        .collect();
    assert!(done.len() > 3 && done.is_sorted(), "{done:?}");
    assert_eq!(done.last(), Some(&size));
    assert_eq!(events.first(), Some(&Event::Trusted));
    assert_eq!(events.last(), Some(&Event::Unpacks));
}

#[tokio::test]
async fn an_interrupted_download_is_gone_on_with_the_next_time() {
    let stage = Stage::new().await;
    let archive = tofu();
    let (size, half) = (archive.len(), archive.len() / 2);
    stage.site.publish(Release::tofu(), archive);
    stage.site.inner().breaks = Some((half, usize::MAX));
    let told = stage.install("tofu@1.12.6").await.expect_err("it breaks off").to_string();
    assert!(told.contains(&format!("broke off after {half} bytes")), "{told}");
    assert!(told.contains("it goes on from there"), "{told}");
    assert!(stage.left().iter().any(|file| file.ends_with(".part")), "{:?}", stage.left());
    assert!(!stage.engines().join("tofu").exists(), "nothing is half installed");

    stage.site.inner().breaks = None;
    stage.site.inner().asked.clear();
    stage.install("tofu@1.12.6").await.expect("is installed");
    let asked = stage.site.asked_for_archive();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].range.as_deref(), Some(format!("bytes={half}-").as_str()));
    assert!(asked[0].if_range.is_some(), "it says of which file it has the beginning");
    assert_eq!(asked[0].sent, size - half, "nothing is sent twice");
    assert!(stage.events().contains(&Event::Resumes { at: half as u64 }));
    assert_eq!(stage.left(), ["tofu/1.12.6/tofu"]);
}

#[tokio::test]
async fn a_connection_that_breaks_once_is_no_error() {
    let stage = Stage::new().await;
    let archive = tofu();
    let (size, third) = (archive.len(), archive.len() / 3);
    stage.site.publish(Release::tofu(), archive);
    stage.site.inner().breaks = Some((third, 1));
    stage.install("tofu@1.12.6").await.expect("is installed");
    let sent: Vec<usize> = stage.site.asked_for_archive().iter().map(|asked| asked.sent).collect();
    assert_eq!(sent, [third, size - third]);
}

#[tokio::test]
async fn a_site_without_ranges_sends_all_of_it_again() {
    let stage = Stage::new().await;
    let archive = tofu();
    let size = archive.len();
    stage.site.publish(Release::tofu(), archive);
    stage.site.inner().no_ranges = true;
    stage.site.inner().breaks = Some((size / 2, 1));
    stage.install("tofu@1.12.6").await.expect("is installed");
    let asked = stage.site.asked_for_archive();
    assert!(asked[1].range.is_some(), "it was asked for the rest");
    assert_eq!(asked[1].sent, size);
    assert_eq!(stage.left(), ["tofu/1.12.6/tofu"]);
}

/// Interrupts, publishes another archive in its place, and installs.
async fn changes_meanwhile(stage: &Stage, other: Vec<u8>) {
    let archive = tofu();
    let half = archive.len() / 2;
    stage.site.publish(Release::tofu(), archive);
    stage.site.inner().breaks = Some((half, usize::MAX));
    stage.install("tofu@1.12.6").await.expect_err("it breaks off");
    stage.site.inner().breaks = None;
    stage.site.inner().asked.clear();
    stage.site.publish(Release::tofu(), other);
    stage.install("tofu@1.12.6").await.expect("is installed");
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_is_not_glued_to_the_old_beginning() {
    let stage = Stage::new().await;
    let other = zip(&[("CHANGELOG.md", b"More"), ("tofu", &script(None))]);
    let size = other.len();
    changes_meanwhile(&stage, other).await;
    let asked = stage.site.asked_for_archive();
    assert_eq!((asked.len(), asked[0].sent), (1, size), "{asked:?}");
}

#[tokio::test]
async fn a_site_that_heeds_no_if_range_is_told_by_the_size() {
    let stage = Stage::new().await;
    stage.site.inner().no_if_range = true;
    let other = zip(&[("CHANGELOG.md", b"another length"), ("tofu", &script(None))]);
    let size = other.len();
    changes_meanwhile(&stage, other).await;
    let asked = stage.site.asked_for_archive();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!((asked[1].range.clone(), asked[1].sent), (None, size));
}

#[tokio::test]
async fn a_download_that_was_whole_is_not_asked_for_again() {
    let stage = Stage::new().await;
    let archive = tofu();
    let size = archive.len();
    stage.site.publish(Release::tofu(), archive);
    // The folder of the version cannot be made: a file is in its place.
    std::fs::create_dir_all(stage.engines()).expect("made");
    std::fs::write(stage.engines().join("tofu"), "in the way").expect("written");
    let told = stage.install("tofu@1.12.6").await.expect_err("cannot be").to_string();
    assert!(told.contains("engines/tofu") && told.contains("hint: "), "{told}");
    std::fs::remove_file(stage.engines().join("tofu")).expect("removed");
    stage.site.inner().asked.clear();
    stage.install("tofu@1.12.6").await.expect("is installed");
    let asked = stage.site.asked_for_archive();
    assert_eq!(asked[0].range.as_deref(), Some(format!("bytes={size}-").as_str()));
    assert_eq!(asked.iter().map(|asked| asked.sent).sum::<usize>(), 0);
}

#[tokio::test]
async fn what_is_there_is_left_alone() {
    let stage = Stage::new().await;
    stage.site.publish(Release::tofu(), tofu());
    let first = stage.install("tofu@1.12.6").await.expect("is installed");
    stage.site.inner().asked.clear();
    let again = stage.install("opentofu@1.12.6").await.expect("is there");
    assert_eq!(again, Installed::Before(first.program().to_path_buf()));
    assert_eq!(stage.site.inner().asked, []);
}

#[tokio::test]
async fn two_at_once_both_succeed_and_download_once() {
    let stage = Stage::new().await;
    stage.site.publish(Release::tofu(), tofu());
    let (one, two) = tokio::join!(stage.install("tofu@1.12.6"), stage.install("tofu@1.12.6"));
    let (one, two) = (one.expect("succeeds"), two.expect("succeeds"));
    assert_eq!(one.program(), two.program());
    let before = [&one, &two].iter().filter(|i| matches!(i, Installed::Before(_))).count();
    assert_eq!(before, 1);
    assert!(stage.events().contains(&Event::Waits));
    assert_eq!(stage.site.asked_for_archive().len(), 1);
    assert_eq!(stage.left(), ["tofu/1.12.6/tofu"]);
}

#[tokio::test]
async fn what_a_killed_installation_left_is_no_part_of_the_next() {
    let stage = Stage::new().await;
    let unfinished = stage.engines().join("tofu/.new-1.12.6");
    std::fs::create_dir_all(&unfinished).expect("made");
    std::fs::write(unfinished.join("tofu"), "half").expect("written");
    std::fs::write(unfinished.join("more"), "half").expect("written");
    stage.site.publish(Release::tofu(), tofu());
    let installed = stage.install("tofu@1.12.6").await.expect("is installed");
    assert!(says(installed.program()).contains("1.12.6"));
    assert_eq!(stage.left(), ["tofu/1.12.6/tofu"]);
}

#[tokio::test]
async fn a_folder_without_its_program_is_told() {
    let stage = Stage::new().await;
    let folder = stage.engines().join("tofu/1.12.6");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("notes.txt"), "mine").expect("written");
    stage.site.publish(Release::tofu(), tofu());
    let told = stage.install("tofu@1.12.6").await.expect_err("is in the way").to_string();
    assert!(told.contains("remove that folder"), "{told}");
    assert_eq!(std::fs::read_to_string(folder.join("notes.txt")).expect("is there"), "mine");
}
