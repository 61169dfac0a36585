//! What plan scanners say at the gate.

use serde_json::Value;

use super::attempt::{Attempt, Stopped};
use super::workplace::Workplace;
use crate::domain::EngineKind;
use crate::policy::scan::Scanned;

impl Attempt {
    /// Asks the scanners about a masked plan. A preview of Pulumi's is nothing that one of them reads.
    ///
    /// Stops where the run is called off meanwhile, and ends them then.
    pub(super) async fn scan(&self, place: &Workplace, plan: &Value) -> Result<Scanned, Stopped> {
        let scanners = &self.shop.settings.scanners;
        if scanners.is_empty() || place.manifest.engine == EngineKind::Pulumi {
            return Ok(Scanned::default());
        }
        let folder = self.folder().join("scan");
        let mut pulse = self.pulse.clone();
        let scan = scanners.scan(plan, &folder);
        tokio::pin!(scan);
        loop {
            tokio::select! {
                scanned = &mut scan => return Ok(scanned),
                Ok(()) = pulse.changed() => self.check()?,
            }
        }
    }
}
