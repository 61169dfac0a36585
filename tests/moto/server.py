"""moto's server, with an ElastiCache that does what Terraform's AWS provider waits for.

Usage: python3 server.py [arguments of moto_server]

In moto 5.2 a replication group names member clusters that cannot be described, what is deleted stays
"deleting" for ever, and a subnet group cannot be deleted at all. Here members are described, and what
is deleted is gone.
"""

import inspect
import sys

from moto.core.responses import EmptyResult
from moto.elasticache import models, responses
from moto.server import main

Backend = models.ElastiCacheBackend
create_group = Backend.create_replication_group
delete_group = Backend.delete_replication_group
delete_cluster = Backend.delete_cache_cluster
OF_A_CLUSTER = [name for name in inspect.signature(Backend.create_cache_cluster).parameters if name != "self"]


def create_group_with_members(self, *args, **kwargs):
    """Makes the clusters that the group names, with what the group and a cluster have in common."""
    given = inspect.signature(create_group).bind(self, *args, **kwargs).arguments
    group = create_group(self, *args, **kwargs)
    for member in group.member_clusters:
        cluster = {name: given.get(name) for name in OF_A_CLUSTER}
        cluster.update(cache_cluster_id=member, num_cache_nodes=1, tags=None)
        self.create_cache_cluster(**cluster)
    return group


def delete_group_with_members(self, *args, **kwargs):
    asked = inspect.signature(delete_group).bind(self, *args, **kwargs).arguments
    group = self.replication_groups.get(asked.get("replication_group_id"))
    members = list(group.member_clusters) if group else []
    answer = delete_group(self, *args, **kwargs)
    del self.replication_groups[answer.replication_group_id]
    for member in members:
        self.cache_clusters.pop(member, None)
    return answer


def delete_cluster_at_once(self, *args, **kwargs):
    answer = delete_cluster(self, *args, **kwargs)
    del self.cache_clusters[answer.cache_cluster_id]
    return answer


def delete_subnet_group(self):
    """The answer to DeleteCacheSubnetGroup, which moto does not know."""
    self.elasticache_backend.cache_subnet_groups.pop(self._get_param("CacheSubnetGroupName"), None)
    return EmptyResult()


if __name__ == "__main__":
    Backend.create_replication_group = create_group_with_members
    Backend.delete_replication_group = delete_group_with_members
    Backend.delete_cache_cluster = delete_cluster_at_once
    responses.ElastiCacheResponse.delete_cache_subnet_group = delete_subnet_group
    main(sys.argv[1:])
