# Whether the team's budget covers a plan, by its exact estimate.
package plan

import data.lib.money

deny_budget contains finding if some finding in money.denials

approval_budget contains finding if some finding in money.approvals

warn_budget contains finding if some finding in money.warnings
