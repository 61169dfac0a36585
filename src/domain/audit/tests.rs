use super::*;

/// Two entries of one chain, as a program of another language hashes them: the form is written down above, and
/// stays as it is, or no old trail can be verified.
fn golden() -> [Entry; 2] {
    let first = Entry {
        seq: 7,
        chain: "env_1".into(),
        position: 1,
        environment_id: Some("env_1".into()),
        run_id: Some("run_1".into()),
        at: Timestamp(1_700_000_000_000),
        actor: r#"{"kind":"scheduler"}"#.into(),
        action: "environment.warned".into(),
        detail: r#"{"n":"ü"}"#.into(),
        hash: "568dd79f468d407f557b43266ed9c6d65098f0b9152f02e5cc371d97c447a474".into(),
    };
    let second = Entry {
        seq: 9,
        position: 2,
        run_id: None,
        at: Timestamp(1_700_000_000_001),
        actor: r#"{"kind":"console"}"#.into(),
        action: String::new(),
        detail: "{}".into(),
        hash: "d1036fb219cf8a06b4669755252d995dcff2dbdf595a5e99b372047f5a230d4b".into(),
        ..first.clone()
    };
    [first, second]
}

fn anchor(heads: &[(&str, i64, &str)]) -> Anchor {
    let head = |(chain, position, hash): &(&str, i64, &str)| Head {
        chain: (*chain).to_owned(),
        position: *position,
        hash: (*hash).to_owned(),
    };
    let heads = heads.iter().map(head).collect();
    let at = Timestamp(1_700_003_600_000);
    let mut anchor = Anchor { position: 1, at, heads, hash: String::new() };
    anchor.hash = anchor.hash_after(BEGINNING);
    anchor
}

fn verified(anchors: &[Anchor], entries: &[Entry]) -> Report {
    let mut verifier = Verifier::new(Scope::All);
    anchors.iter().for_each(|anchor| verifier.anchor(anchor));
    entries.iter().for_each(|entry| verifier.entry(entry));
    verifier.finish()
}

/// A chain of five, whose hashes fit.
fn chain(name: &str) -> Vec<Entry> {
    let mut previous = BEGINNING.to_owned();
    let entry = |position| {
        let mut entry = golden()[0].clone();
        (entry.seq, entry.position, entry.chain) = (position, position, name.to_owned());
        entry.environment_id = (name != INSTALLATION).then(|| name.to_owned());
        entry.hash = entry.hash_after(&previous);
        previous.clone_from(&entry.hash);
        entry
    };
    (1..=5).map(entry).collect()
}

#[test]
fn hashes_are_what_the_form_says() {
    let [first, second] = golden();
    assert_eq!(first.hash_after(BEGINNING), first.hash);
    assert_eq!(second.hash_after(&first.hash), second.hash);
    let anchor = anchor(&[("installation", 1, "ab"), ("env_1", 2, &second.hash)]);
    assert_eq!(anchor.hash, "1eda2564fc16daeb9e99f02946477c0cd9d9e936afcc9bcdd42812cd506a3856");
}

#[test]
fn nothing_can_be_shifted_between_fields() {
    let [entry, _] = golden();
    let hash = |change: fn(&mut Entry)| {
        let mut changed = entry.clone();
        change(&mut changed);
        changed.hash_after(BEGINNING)
    };
    let all = [
        entry.hash_after(BEGINNING),
        hash(|e| e.action = "environment.warned{".into()),
        hash(|e| (e.action, e.detail) = ("environment.warned{".into(), "\"n\":\"ü\"}".into())),
        hash(|e| (e.environment_id, e.run_id) = (None, Some("run_1".into()))),
        hash(|e| (e.environment_id, e.run_id) = (Some("run_1".into()), None)),
        hash(|e| e.run_id = Some(String::new())),
        hash(|e| e.run_id = None),
        hash(|e| (e.position, e.seq) = (17, 1)),
        hash(|e| (e.position, e.seq) = (1, 17)),
    ];
    let different: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "{all:#?}");
}

#[test]
fn a_good_trail_is_good() {
    let entries = [chain("env_1"), chain("env_2"), chain(INSTALLATION)].concat();
    let anchors = [anchor(&[("env_1", 3, &entries[2].hash), (INSTALLATION, 5, &entries[14].hash)])];
    let report = verified(&anchors, &entries);
    assert_eq!(report.breaks, []);
    assert_eq!((report.entries, report.chains, report.anchors), (15, 3, 1));
    assert_eq!(report.newest, Some((1, anchors[0].at, anchors[0].hash.clone())));
}

/// The one break that is found.
fn one_break(anchors: &[Anchor], entries: &[Entry]) -> Break {
    let mut breaks = verified(anchors, entries).breaks;
    assert_eq!(breaks.len(), 1, "{breaks:#?}");
    breaks.remove(0)
}

#[test]
fn what_is_taken_out_put_in_or_swapped_is_found_where_it_is() {
    let good = chain("env_1");
    let mut entries = good.clone();
    entries.remove(2);
    let found = one_break(&[], &entries);
    assert_eq!((found.position, &found.wrong), (4, &Wrong::Position { expected: 3 }));

    let mut entries = good.clone();
    entries.insert(2, good[2].clone());
    let found = one_break(&[], &entries);
    assert_eq!((found.position, &found.wrong), (3, &Wrong::Position { expected: 4 }));

    let mut entries = good.clone();
    entries.swap(1, 2);
    assert_eq!(one_break(&[], &entries).wrong, Wrong::Position { expected: 2 });

    // With the positions put right as well, the hashes say so.
    let mut entries = good.clone();
    entries.remove(2);
    for entry in &mut entries[2..] {
        entry.position -= 1;
    }
    let found = one_break(&[], &entries);
    assert!(matches!(found.wrong, Wrong::Hash { .. }) && found.position == 3, "{found}");

    // Even with a hash of its own that fits: the one behind it does not.
    let mut entries = good;
    entries[2].detail = "{}".into();
    entries[2].hash = entries[2].hash_after(&entries[1].hash);
    let found = one_break(&[], &entries);
    assert!(matches!(found.wrong, Wrong::Hash { .. }) && found.position == 4, "{found}");
    assert!(
        found.to_string().starts_with("chain env_1, position 4 (seq 4): its hash is "),
        "{found}"
    );
}

#[test]
fn an_entry_in_anothers_chain_is_found() {
    let mut entries = chain("env_1");
    entries.truncate(1);
    entries[0].environment_id = Some("env_2".into());
    entries[0].hash = entries[0].hash_after(BEGINNING);
    let found = one_break(&[], &entries);
    assert_eq!(found.wrong, Wrong::Misplaced { about: "env_2".into() });
}

#[test]
fn anchors_find_a_chain_that_was_cut_off_written_anew_or_taken_away() {
    let good = chain("env_1");
    let anchors = [anchor(&[("env_1", 4, &good[3].hash)])];
    // One that nobody anchored yet can go unseen.
    assert_eq!(verified(&anchors, &good[..4]).breaks, []);
    for left in 0..4 {
        let found = one_break(&anchors, &good[..left]);
        let expected = good[3].hash.clone();
        assert_eq!((found.position, found.wrong), (4, Wrong::Missing { anchor: 1, expected }));
    }
    let mut anew = good.clone();
    let mut previous = BEGINNING.to_owned();
    for entry in &mut anew {
        entry.action = "nothing".into();
        entry.hash = entry.hash_after(&previous);
        previous.clone_from(&entry.hash);
    }
    let found = one_break(&anchors, &anew);
    assert!(matches!(found.wrong, Wrong::Anchored { anchor: 1, .. }), "{found}");
    assert_eq!(found.position, 4);
}

#[test]
fn a_changed_anchor_is_found() {
    let good = chain("env_1");
    let first = anchor(&[("env_1", 2, &good[1].hash)]);
    let heads = vec![Head { chain: "env_1".into(), position: 5, hash: good[4].hash.clone() }];
    let mut second = Anchor { position: 2, at: first.at, heads, hash: String::new() };
    second.hash = second.hash_after(&first.hash);
    let both = [first.clone(), second.clone()];
    assert_eq!(verified(&both, &good).breaks, []);

    let changes: [fn(&mut Anchor); 5] = [
        |a| a.at = Timestamp(0),
        |a| a.hash.replace_range(0..1, if a.hash.starts_with('0') { "1" } else { "0" }),
        |a| a.heads.clear(),
        |a| a.position = 7,
        |a| a.heads[0].position = 3,
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut anchors = both.clone();
        change(&mut anchors[0]);
        let breaks = verified(&anchors, &good).breaks;
        assert!(breaks.iter().any(|found| found.chain == Break::ANCHORS), "{n}: {breaks:#?}");
    }
    let found = one_break(&[second], &good);
    assert_eq!((found.chain.as_str(), found.wrong), ("anchors", Wrong::Position { expected: 1 }));
}

#[test]
fn of_each_chain_the_first_break_is_told() {
    let mut entries = [chain("env_1"), chain("env_2"), chain("env_3")].concat();
    for at in [1, 3, 11, 12] {
        entries[at].action.push('!');
    }
    let report = verified(&[], &entries);
    let told: Vec<_> = report.breaks.iter().map(|b| (b.chain.as_str(), b.position)).collect();
    assert_eq!(told, [("env_1", 2), ("env_3", 2)]);
    assert_eq!(report.entries, 15);
}

#[test]
fn what_cannot_be_read_is_a_break() {
    let good = chain("env_1");
    let mut verifier = Verifier::new(Scope::All);
    verifier.entry(&good[0]);
    verifier.unreadable("env_1", Some(2), "at is no number".into());
    verifier.entry(&good[2]);
    let report = verifier.finish();
    assert_eq!((report.entries, report.breaks.len()), (3, 1));
    let told = report.breaks[0].to_string();
    assert_eq!(told, "chain env_1, position 2 (seq 2): it cannot be read: at is no number");
}

#[test]
fn of_one_chain_alone_the_others_anchors_are_nobodys_business() {
    let (one, other) = (chain("env_1"), chain("env_2"));
    let anchors = [anchor(&[("env_1", 5, &one[4].hash), ("env_2", 5, &other[4].hash)])];
    let only = |entries: &[Entry]| {
        let mut verifier = Verifier::new(Scope::Chain("env_1".into()));
        anchors.iter().for_each(|anchor| verifier.anchor(anchor));
        entries.iter().for_each(|entry| verifier.entry(entry));
        verifier.finish().breaks
    };
    assert_eq!(only(&one), []);
    assert_eq!(only(&one[..3]).len(), 1);
    assert_eq!(only(&[one, other].concat()).len(), 1);
}
