//! `store::settings`.

use mayfly::store::settings;

on_both! {
    async fn a_setting_is_set_read_and_cleared(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        assert_eq!(settings::get(&mut tx, "colour").await?, None);
        settings::set(&mut tx, "colour", "red").await?;
        settings::set(&mut tx, "colour", "blue").await?;
        assert_eq!(settings::get(&mut tx, "colour").await?.as_deref(), Some("blue"));
        assert!(settings::clear(&mut tx, "colour").await?);
        assert!(!settings::clear(&mut tx, "colour").await?);
        assert_eq!(settings::get(&mut tx, "colour").await?, None);
        tx.commit().await?;
        Ok(())
    }

    async fn of_many_at_once_one_sets_it_and_all_agree(database: Database) -> anyhow::Result<()> {
        let handles = [database.db.clone(), database.another().await];
        let setters: Vec<_> = (0..12)
            .map(|n| {
                let db = handles[n % 2].clone();
                tokio::spawn(async move {
                    let mut tx = db.write("setter").await?;
                    let value = format!("value-{n}");
                    let holds = settings::get_or_set(&mut tx, settings::INSTALLATION, &value).await?;
                    tx.commit().await?;
                    anyhow::Ok(holds)
                })
            })
            .collect();
        let mut held = std::collections::BTreeSet::new();
        for setter in setters {
            held.insert(setter.await??);
        }
        assert_eq!(held.len(), 1, "{held:?}");
        Ok(())
    }
}
