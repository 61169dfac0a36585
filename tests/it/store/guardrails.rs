//! `store::{decisions, approvals, plans, budgets}`, and what environments are predicted to cost.

use mayfly::domain::approval::{Answer, Answered, ApprovalStatus, Question};
use mayfly::domain::cost::{CostLine, Estimate, PricedResource, Pricing};
use mayfly::domain::decision::{Decision, Point, Verdict};
use mayfly::domain::notice::Recipient;
use mayfly::domain::run::{RunStatus, Weight};
use mayfly::domain::{Actor, ApprovalId, EnvironmentId, RunId, Span, Timestamp};
use mayfly::store::approvals::{self, Approval};
use mayfly::store::decisions::{self, NewDecision};
use mayfly::store::environments::{self, Environment, Scope};
use mayfly::store::plans::{self, SealedPlan};
use mayfly::store::runs::{Claim, Run};
use mayfly::store::{JsonText, Tx, budgets, runs};

use super::fixtures::{START, alice, bob, environment, insert, queue, ready, requested};

fn at(minutes: i64) -> Timestamp {
    START + Span::minutes(minutes)
}

fn estimate(hourly: &str) -> Estimate {
    let line = CostLine {
        name: "instance".into(),
        hourly: hourly.parse().expect("a decimal"),
        listed: hourly.parse().expect("a decimal"),
        assumed: false,
    };
    Estimate {
        currency: "USD".into(),
        resources: vec![PricedResource {
            address: "a.b".into(),
            kind: "a".into(),
            rated_as: "a".into(),
            provider: "a".into(),
            region: None,
            pricing: Pricing::Priced { lines: vec![line] },
        }],
        as_of: None,
    }
}

fn approval(id: &str, environment: &EnvironmentId, run: &RunId) -> Approval {
    let question = Question {
        requester: alice(),
        requirements: Vec::new(),
        inputs: Vec::new(),
        plan: "+1 ~0 -0".into(),
        estimate: None,
        over_budget: false,
        reason: None,
    };
    Approval {
        id: ApprovalId(id.into()),
        environment_id: environment.clone(),
        run_id: run.clone(),
        status: ApprovalStatus::Pending,
        question: JsonText(question),
        asked_at: START,
        expires_at: at(480),
        reminders: 0,
        next_reminder_at: Some(at(60)),
        decided_at: None,
    }
}

async fn claim(tx: &mut Tx, worker: &str, now: i64) -> anyhow::Result<Option<Run>> {
    let claim = Claim { worker, weight: Weight::Light, now, until: now + 100 };
    Ok(runs::claim(tx, claim).await?)
}

/// An environment with a run that somebody works on.
async fn running(tx: &mut Tx, id: &str) -> anyhow::Result<(EnvironmentId, RunId, i64)> {
    let environment = requested(tx, id).await?;
    let run = queue(tx, id, 0).await?;
    let claimed = claim(tx, "w", 10).await?.expect("there is one");
    anyhow::ensure!(claimed.id == run, "another was claimed");
    Ok((environment.id, run, claimed.epoch))
}

on_both! {
    async fn decisions_are_kept_in_their_order(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let (environment, run, _) = running(&mut tx, "a").await?;
        let actor = Actor::Person(alice());
        for (n, point) in [Point::Request, Point::Plan].into_iter().enumerate() {
            let decision = Decision { point, findings: vec![], rules: n, bundle: "b".into() };
            let new = NewDecision {
                environment: Some(&environment),
                run: (n == 1).then_some(&run),
                at: at(0),
                actor: &actor,
                decision: &decision,
                overridden_by: (n == 1).then_some(&actor),
                reason: (n == 1).then_some("drill"),
            };
            decisions::insert(&mut tx, new).await?;
            decisions::insert(&mut tx, NewDecision { environment: None, run: None, ..new }).await?;
        }
        let all = decisions::of_environment(&mut tx, &environment).await?;
        let points: Vec<Point> = all.iter().map(|one| one.decision.0.point).collect();
        assert_eq!(points, [Point::Request, Point::Plan]);
        assert_eq!(all[0].decision.0.verdict(), Verdict::Allow);
        assert_eq!((all[1].reason.as_deref(), all[0].overridden_by.is_some()), (Some("drill"), false));
        assert_eq!(decisions::of_run(&mut tx, &run).await?.len(), 1);
        let latest = decisions::latest_of(&mut tx, &actor, 3).await?;
        let points: Vec<_> = latest.iter().map(|one| (one.decision.0.point, one.environment_id.is_some())).collect();
        assert_eq!(points, [(Point::Plan, false), (Point::Plan, true), (Point::Request, false)], "newest first");
        assert!(decisions::latest_of(&mut tx, &Actor::Person(bob()), 3).await?.is_empty());
        tx.commit().await?;
        Ok(())
    }

    async fn a_question_is_asked_once_and_decided_once(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let (environment, run, epoch) = running(&mut tx, "a").await?;
        let one = approval("apr_1", &environment, &run);
        assert!(approvals::insert(&mut tx, &one).await?);
        assert!(!approvals::insert(&mut tx, &approval("apr_2", &environment, &run)).await?);
        assert_eq!(approvals::next_due(&mut tx).await?, Some(at(60)));
        assert!(approvals::due(&mut tx, at(59), 10).await?.is_empty());
        assert_eq!(approvals::due(&mut tx, at(60), 10).await?, std::slice::from_ref(&one.id));
        approvals::reminded(&mut tx, &one.id, None).await?;
        assert!(approvals::due(&mut tx, at(479), 10).await?.is_empty());
        assert_eq!(approvals::next_due(&mut tx).await?, Some(at(480)));
        assert_eq!(approvals::due(&mut tx, at(480), 10).await?, std::slice::from_ref(&one.id));

        let said = |by, answer, minutes| Answered { by, answer, comment: Some("why".into()), at: at(minutes) };
        approvals::answer(&mut tx, &one.id, &said(alice(), Answer::Approve, 1)).await?;
        approvals::answer(&mut tx, &one.id, &said(bob(), Answer::Approve, 2)).await?;
        approvals::answer(&mut tx, &one.id, &said(alice(), Answer::Deny, 3)).await?;
        let answers = approvals::answers(&mut tx, &one.id).await?;
        assert_eq!(answers, [said(bob(), Answer::Approve, 2), said(alice(), Answer::Deny, 3)], "the newest of each");

        let (person, channel) = (Recipient::Person(bob()), Recipient::Channel("C1".into()));
        assert!(approvals::add_card(&mut tx, &one.id, &person).await?);
        assert!(approvals::add_card(&mut tx, &one.id, &channel).await?);
        assert!(!approvals::add_card(&mut tx, &one.id, &person).await?);
        approvals::set_card(&mut tx, (&one.id, &person), "D1", "1.2").await?;
        let cards = approvals::cards(&mut tx, &one.id).await?;
        assert_eq!(cards.len(), 2);
        let mine = cards.iter().find(|card| card.recipient.0 == person).expect("is there");
        assert_eq!((mine.channel.as_deref(), mine.ts.as_deref()), (Some("D1"), Some("1.2")));

        assert!(approvals::decide(&mut tx, &one.id, ApprovalStatus::Approved, at(5)).await?);
        assert!(!approvals::decide(&mut tx, &one.id, ApprovalStatus::Denied, at(6)).await?);
        assert!(approvals::reminded(&mut tx, &one.id, None).await.is_err(), "nobody waits for it");
        let found = approvals::lock(&mut tx, &one.id).await?.expect("is there");
        assert_eq!((found.status, found.decided_at), (ApprovalStatus::Approved, Some(at(5))));
        assert_eq!(approvals::next_due(&mut tx).await?, None);
        approvals::void(&mut tx, &run).await?;
        let found = approvals::find(&mut tx, &one.id).await?.expect("is there");
        assert_eq!(found.status, ApprovalStatus::Withdrawn, "its plan is another's now");

        let two = Approval { asked_at: at(10), ..approval("apr_3", &environment, &run) };
        assert!(approvals::insert(&mut tx, &two).await?);
        let last = approvals::last_of_run(&mut tx, &run).await?.expect("is there");
        assert_eq!(last.id, two.id);
        assert_eq!(approvals::withdraw(&mut tx, &run, at(11)).await?, [two.id]);
        assert!(approvals::withdraw(&mut tx, &run, at(11)).await?.is_empty());
        assert_eq!(approvals::of_environment(&mut tx, &environment).await?.len(), 2);
        assert!(runs::held(&mut tx, &run, epoch).await?);
        tx.commit().await?;
        Ok(())
    }

    async fn a_run_that_waits_is_nobodys_until_it_is_asked_to_go_on(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let (_, run, epoch) = running(&mut tx, "a").await?;
        assert!(!runs::wait(&mut tx, &run, epoch + 1).await?);
        assert!(runs::wait(&mut tx, &run, epoch).await?);
        assert!(claim(&mut tx, "v", 1_000_000).await?.is_none(), "nobody holds what waits");
        assert!(!runs::withdraw(&mut tx, &run, at(1)).await?, "a worker has begun it, and cleans up");
        assert!(runs::ask_to_cancel(&mut tx, &run, &Actor::Console).await?);
        let claimed = claim(&mut tx, "v", 1_000_000).await?.expect("a worker ends it");
        assert_eq!((claimed.status, claimed.epoch), (RunStatus::Running, epoch + 1));
        tx.commit().await?;
        Ok(())
    }

    async fn a_plan_is_kept_by_who_holds_the_run(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let (_, run, epoch) = running(&mut tx, "a").await?;
        let plan = SealedPlan { run_id: run.clone(), basis: "x".into(), sealed: vec![0, 255] };
        assert!(!plans::put(&mut tx, &plan, epoch - 1).await?);
        assert!(plans::find(&mut tx, &run).await?.is_none());
        assert!(plans::put(&mut tx, &plan, epoch).await?);
        let newer = SealedPlan { basis: "y".into(), ..plan };
        assert!(plans::put(&mut tx, &newer, epoch).await?);
        let found = plans::find(&mut tx, &run).await?.expect("is there");
        assert_eq!((found.basis.as_str(), found.sealed), ("y", vec![0, 255]));
        plans::forget(&mut tx, &run).await?;
        assert!(plans::find(&mut tx, &run).await?.is_none());
        tx.commit().await?;
        Ok(())
    }

    async fn what_is_set_aside_adds_up(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let (a, b) = (requested(&mut tx, "a").await?.id, requested(&mut tx, "b").await?.id);
        let month = |name: &str, micros: i64| (name.to_owned(), micros);
        budgets::lock(&mut tx, "red", "2026-11").await?;
        budgets::lock(&mut tx, "red", "2026-11").await?;
        budgets::reserve(&mut tx, &a, "red", &[month("2026-11", 5), month("2026-12", 7)]).await?;
        budgets::reserve(&mut tx, &b, "red", &[month("2026-11", 11)]).await?;
        let mut held = budgets::held(&mut tx, ("red", "2026-11")).await?;
        held.sort_by_key(|(_, micros)| *micros);
        assert_eq!(held, [(a.clone(), 5), (b, 11)]);
        assert!(budgets::held(&mut tx, ("blue", "2026-11")).await?.is_empty());
        budgets::reserve(&mut tx, &a, "red", &[month("2026-12", 1)]).await?;
        assert_eq!(budgets::of_environment(&mut tx, &a).await?, [month("2026-12", 1)]);
        tx.commit().await?;
        Ok(())
    }

    async fn an_environment_costs_from_one_time_to_another(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let id = ready(&mut tx, "a").await?.id;
        budgets::charge(&mut tx, &id, at(0), &estimate("0.1")).await?;
        budgets::charge(&mut tx, &id, at(0), &estimate("0.2")).await?;
        budgets::charge(&mut tx, &id, at(60), &estimate("0.3")).await?;
        budgets::close(&mut tx, &id, at(90)).await?;
        budgets::close(&mut tx, &id, at(99)).await?;
        let all = budgets::charges(&mut tx, &id).await?;
        let spans: Vec<_> = all.iter().map(|one| (one.from_at, one.to_at, one.estimate.0.hourly().to_string())).collect();
        assert_eq!(spans, [(at(0), Some(at(60)), "0.2".to_owned()), (at(60), Some(at(90)), "0.3".to_owned())]);
        assert_eq!(budgets::charges_between(&mut tx, at(60), at(70)).await?.len(), 1);
        assert_eq!(budgets::charges_between(&mut tx, at(59), at(61)).await?.len(), 2);
        assert!(budgets::charges_between(&mut tx, at(90), at(99)).await?.is_empty());
        tx.commit().await?;
        Ok(())
    }

    async fn environments_are_counted_and_remember_their_estimate(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let (a, b) = (requested(&mut tx, "a").await?, requested(&mut tx, "b").await?);
        assert!(environments::last_estimate(&mut tx, "preview-env", (None, None)).await?.is_none());
        environments::set_estimate(&mut tx, &a.id, &estimate("0.5")).await?;
        assert!(environments::last_estimate(&mut tx, "preview-env", (None, None)).await?.is_none(), "it was never made");
        budgets::charge(&mut tx, &a.id, at(0), &estimate("0.5")).await?;
        let found = environments::last_estimate(&mut tx, "preview-env", (None, None)).await?;
        assert_eq!(found, Some(estimate("0.5")));
        assert_eq!(budgets::running(&mut tx, "red").await?.len(), 1);
        assert!(budgets::running(&mut tx, "blue").await?.is_empty());
        budgets::close(&mut tx, &a.id, at(9)).await?;
        assert!(budgets::running(&mut tx, "red").await?.is_empty());
        // A newer one of another team's counts for those who have none of their own.
        let large = std::collections::BTreeMap::from([("size".to_owned(), "xl".into())]);
        let inputs = JsonText(large.clone());
        let of_blue = Environment { team: Some("blue".into()), created_at: at(1), inputs, ..environment("c") };
        let of_blue = insert(&mut tx, of_blue).await?;
        environments::set_estimate(&mut tx, &of_blue.id, &estimate("0.7")).await?;
        budgets::charge(&mut tx, &of_blue.id, at(0), &estimate("0.7")).await?;
        for (team, expected) in [(Some("red"), "0.5"), (Some("blue"), "0.7"), (Some("green"), "0.7"), (None, "0.7")] {
            let found = environments::last_estimate(&mut tx, "preview-env", (team, None)).await?;
            assert_eq!(found, Some(estimate(expected)), "{team:?}");
        }
        // The same inputs cost the same, whoever had them.
        let of_red = (Some("red"), Some(&large));
        assert_eq!(environments::last_estimate(&mut tx, "preview-env", of_red).await?, Some(estimate("0.7")));
        let found = environments::last_estimate_and_inputs(&mut tx, "preview-env", of_red).await?;
        assert_eq!(found, Some((estimate("0.7"), large.clone())));
        let found = environments::last_estimate_and_inputs(&mut tx, "preview-env", (Some("red"), None)).await?;
        assert!(found.is_some_and(|(_, inputs)| inputs != large), "it says of what it is");
        environments::set_spent(&mut tx, &a.id, Some("$1.20")).await?;
        assert_eq!(environments::get(&mut tx, &a.id).await?.spent.as_deref(), Some("$1.20"));
        for (scope, expected) in [
            (Scope::All, 3),
            (Scope::Owner(alice()), 3),
            (Scope::Owner(bob()), 0),
            (Scope::Team("red".into()), 2),
            (Scope::Team("blue".into()), 1),
        ] {
            assert_eq!(environments::count_living(&mut tx, &scope, None).await?, expected, "{scope:?}");
        }
        assert_eq!(environments::count_living(&mut tx, &Scope::All, Some(&b.id)).await?, 2);
        tx.commit().await?;
        Ok(())
    }
}
