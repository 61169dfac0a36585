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
}
