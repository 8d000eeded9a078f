#include "local/agent/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace local::agent;
using testing::HasSubstr;
using testing::Not;

const std::map<std::string, std::string> job_manager{{"app", "orders"}, {"role", "jobmanager"}};

service make_service(bool publish_not_ready, bool headless = false) {
  return {"shop", "orders-1", {{"role", "jobmanager"}}, headless, publish_not_ready};
}

endpoint make_pod(const std::string& ip, bool ready, uint64_t sequence = 1, bool deleting = false) {
  return {"shop", "pod-" + std::to_string(sequence), ip, job_manager, ready, deleting, sequence};
}

const endpoint self{"shop", "tm", "127.10.9.9", {{"role", "taskmanager"}}, false, false, 9};

TEST(hosts, a_service_that_publishes_unready_pods_resolves_before_there_is_one) {
  address_book addresses{"127.10"};
  auto text = hosts_text(self, {make_service(true)}, {}, addresses, "machine");
  auto kept = addresses.kept_for(make_service(true));
  ASSERT_TRUE(kept);
  EXPECT_THAT(text, HasSubstr(*kept + " orders-1.shop orders-1.shop.svc orders-1.shop.svc.cluster.local orders-1\n"));
  EXPECT_EQ(addresses.take("shop", job_manager, {make_service(true)}), *kept) << "the pod gets the address";
}

TEST(hosts, a_successor_of_the_pod_has_its_address) {
  address_book addresses{"127.10"};
  auto first = addresses.take("shop", job_manager, {});
  hosts_text(self, {make_service(true)}, {make_pod(first, false)}, addresses, "machine");
  auto meanwhile = addresses.take("shop", job_manager, {make_service(true)});
  EXPECT_NE(meanwhile, first) << "the first one still lives";
  addresses.give_back(first);
  EXPECT_EQ(addresses.take("shop", job_manager, {make_service(true)}), first);
}

TEST(hosts, other_services_resolve_to_ready_pods_only) {
  address_book addresses{"127.10"};
  for (bool headless : {false, true}) {
    auto x = make_service(false, headless);
    EXPECT_THAT(hosts_text(self, {x}, {make_pod("127.10.1.1", false)}, addresses, "m"), Not(HasSubstr("orders-1")));
    EXPECT_THAT(hosts_text(self, {x}, {make_pod("127.10.1.1", true)}, addresses, "m"), HasSubstr("orders-1"));
  }
}

TEST(hosts, the_newest_living_ready_pod_answers) {
  address_book addresses{"127.10"};
  auto text = hosts_text(self, {make_service(true)},
                         {make_pod("127.10.1.1", true, 1), make_pod("127.10.1.2", true, 2),
                          make_pod("127.10.1.3", true, 3, true), make_pod("127.10.1.4", false, 4)},
                         addresses, "machine");
  EXPECT_THAT(text, HasSubstr("127.10.1.2 orders-1.shop"));
}

TEST(hosts, own_names_mean_the_pod_itself) {
  address_book addresses{"127.10"};
  EXPECT_EQ(hosts_text(self, {}, {}, addresses, "machine"), "127.10.9.9 localhost tm machine\n");
}

TEST(hosts, short_names_belong_to_the_namespace) {
  address_book addresses{"127.10"};
  auto other = self;
  other.ns = "elsewhere";
  auto text = hosts_text(other, {make_service(true)}, {make_pod("127.10.1.1", true)}, addresses, "machine");
  EXPECT_THAT(text, HasSubstr("127.10.1.1 orders-1.shop orders-1.shop.svc orders-1.shop.svc.cluster.local\n"));
}

TEST(selector, chooses_by_all_labels_in_its_namespace) {
  service x{"shop", "s", {{"app", "orders"}, {"role", "jobmanager"}}, false, false};
  EXPECT_TRUE(selects(x, "shop", job_manager));
  EXPECT_FALSE(selects(x, "elsewhere", job_manager));
  EXPECT_FALSE(selects(x, "shop", {{"app", "orders"}}));
  x.selector.clear();
  EXPECT_FALSE(selects(x, "shop", job_manager)) << "a service without a selector has no pods";
}

TEST(address_book, never_gives_an_address_twice) {
  address_book x{"127.10"};
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(seen.insert(x.take("n", {}, {})).second);
  EXPECT_FALSE(seen.contains("127.10.2.0"));
  EXPECT_FALSE(seen.contains("127.10.1.255"));
}

TEST(address_book, a_pod_that_ran_before_keeps_its_address) {
  address_book x{"127.10"};
  EXPECT_EQ(x.take("n", {}, {}, "127.10.3.3"), "127.10.3.3");
  EXPECT_NE(x.take("n", {}, {}, "127.10.3.3"), "127.10.3.3");
  EXPECT_NE(x.take("n", {}, {}, "10.0.0.3"), "10.0.0.3") << "of another network";
}

TEST(address_book, an_exhausted_network_says_so) {
  address_book x{"127.10"};
  std::string last;
  int given = 0;
  while (!(last = x.take("n", {}, {})).empty())
    ++given;
  EXPECT_EQ(given, 255 * 254);
  EXPECT_EQ(last, "");
}

} // namespace
