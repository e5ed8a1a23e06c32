// Request/response on ns-3's UDP stack: sockets over point-to-point links, a full mesh of them up to 16 nodes and a
// star around one router above (a mesh of a thousand would be half a million links).
//
// Whatever is not needed is left out, so that ns-3 is shown at its best: no queue discipline, no IPv6, a router that
// finds the way by arithmetic instead of searching a thousand routes.
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <string>

#include "ping.hpp"

namespace {

using ns3::Ipv4Address;
using ns3::Ptr;

constexpr uint16_t port = 9000;
constexpr uint32_t meshNodesMax = 16;

// The router of the star: leaf i answers to 10.0.0.0 + 4 i + 1 and hangs on interface i + 1.
class StarRouting : public ns3::Ipv4RoutingProtocol {
 public:
  void addLeaf(Ipv4Address leaf, Ptr<ns3::NetDevice> device) {
    auto route = ns3::Create<ns3::Ipv4Route>();
    route->SetDestination(leaf);
    route->SetGateway(leaf);
    route->SetOutputDevice(device);
    routes_.push_back(route);
  }

  Ptr<ns3::Ipv4Route> RouteOutput(Ptr<ns3::Packet>, const ns3::Ipv4Header &, Ptr<ns3::NetDevice>,
                                  ns3::Socket::SocketErrno &error) override {
    error = ns3::Socket::ERROR_NOROUTETOHOST;
    return nullptr;
  }

  bool RouteInput(Ptr<const ns3::Packet> packet, const ns3::Ipv4Header &header, Ptr<const ns3::NetDevice>,
                  UnicastForwardCallback forward, MulticastForwardCallback, LocalDeliverCallback,
                  ErrorCallback) override {
    const uint32_t leaf = (header.GetDestination().Get() - Ipv4Address("10.0.0.0").Get()) >> 2;
    if (leaf >= routes_.size()) return false;
    forward(routes_[leaf], packet, header);
    return true;
  }

  void NotifyInterfaceUp(uint32_t) override {}
  void NotifyInterfaceDown(uint32_t) override {}
  void NotifyAddAddress(uint32_t, ns3::Ipv4InterfaceAddress) override {}
  void NotifyRemoveAddress(uint32_t, ns3::Ipv4InterfaceAddress) override {}
  void SetIpv4(Ptr<ns3::Ipv4>) override {}
  void PrintRoutingTable(Ptr<ns3::OutputStreamWrapper>, ns3::Time::Unit) const override {}

 private:
  std::vector<Ptr<ns3::Ipv4Route>> routes_;
};

class Network {
 public:
  Network(uint32_t nodes, const bench::Arguments &arguments)
      : isMesh_(nodes <= meshNodesMax), generator_(arguments.seed), meter_(arguments), workload_(*this, nodes),
        sockets_(nodes), addresses_(nodes), resends_(nodes), idles_(nodes) {
    build(nodes);
  }

  void start(uint32_t nodes) {
    for (uint32_t node = 0; node < nodes; node++) {
      ns3::Simulator::ScheduleWithContext(node, ns3::Time(0), &Network::onStart, this, node);
    }
  }

  void send(uint32_t from, uint32_t to, const ping::Message &message) {
    if (meter_.count()) ns3::Simulator::Stop();
    // A link's delay is constant: what varies is waited for by the sender.
    const auto us = static_cast<int64_t>(generator_.exponential() * ping::jitterUsMean);
    ns3::Simulator::Schedule(ns3::MicroSeconds(us), &Network::transmit, this, from, to, message);
  }

  void armResend(uint32_t node, uint16_t slot) {
    resends_[node][slot] =
        ns3::Simulator::Schedule(ns3::MicroSeconds(ping::resendUs), &Network::onResend, this, node, slot);
  }

  void cancelResend(uint32_t node, uint16_t slot) { resends_[node][slot].Cancel(); }

  void armIdle(uint32_t node) {
    idles_[node].Cancel();
    idles_[node] = ns3::Simulator::Schedule(ns3::MicroSeconds(ping::idleUs), &Network::onIdle, this, node);
  }

  bench::Generator &generator() { return generator_; }
  const bench::Meter &meter() const { return meter_; }

 private:
  void build(uint32_t nodes) {
    ns3::NodeContainer leaves;
    leaves.Create(nodes);
    ns3::InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.Install(leaves);
    for (uint32_t node = 0; node < nodes; node++) {
      sockets_[node] = ns3::Socket::CreateSocket(leaves.Get(node), ns3::UdpSocketFactory::GetTypeId());
      sockets_[node]->Bind(ns3::InetSocketAddress(Ipv4Address::GetAny(), port));
      sockets_[node]->SetRecvCallback(ns3::MakeCallback(&Network::onReceivable, this));
      nodeOfSocket_[ns3::PeekPointer(sockets_[node])] = node;
      addresses_[node].resize(isMesh_ ? nodes : 1);
    }
    if (isMesh_) {
      buildMesh(leaves);
    } else {
      buildStar(leaves, internet);
    }
  }

  void buildMesh(const ns3::NodeContainer &leaves) {
    uint32_t subnet = Ipv4Address("10.0.0.0").Get();
    for (uint32_t left = 0; left < leaves.GetN(); left++) {
      for (uint32_t right = left + 1; right < leaves.GetN(); right++, subnet += 4) {
        const auto devices = link(leaves.Get(left), leaves.Get(right), ping::latencyUsMin);
        addresses_[right][left] = address(devices.Get(0), subnet + 1);
        addresses_[left][right] = address(devices.Get(1), subnet + 2);
        lose(devices.Get(0));
        lose(devices.Get(1));
      }
    }
  }

  void buildStar(const ns3::NodeContainer &leaves, ns3::InternetStackHelper &internet) {
    auto router = ns3::CreateObject<ns3::Node>();
    internet.Install(router);
    auto routing = ns3::CreateObject<StarRouting>();
    router->GetObject<ns3::Ipv4>()->SetRoutingProtocol(routing);
    uint32_t subnet = Ipv4Address("10.0.0.0").Get();
    ns3::Ipv4StaticRoutingHelper statics;
    for (uint32_t node = 0; node < leaves.GetN(); node++, subnet += 4) {
      const auto devices = link(leaves.Get(node), router, ping::latencyUsMin / 2);
      addresses_[node][0] = address(devices.Get(0), subnet + 1);
      const auto gateway = address(devices.Get(1), subnet + 2);
      statics.GetStaticRouting(leaves.Get(node)->GetObject<ns3::Ipv4>())->SetDefaultRoute(gateway, 1);
      routing->addLeaf(addresses_[node][0], devices.Get(1));
      lose(devices.Get(0));
    }
  }

  static ns3::NetDeviceContainer link(Ptr<ns3::Node> left, Ptr<ns3::Node> right, int64_t delayUs) {
    ns3::PointToPointHelper helper;
    helper.SetDeviceAttribute("DataRate", ns3::DataRateValue(ns3::DataRate("100Gbps")));
    helper.SetChannelAttribute("Delay", ns3::TimeValue(ns3::MicroSeconds(delayUs)));
    return helper.Install(left, right);
  }

  // By hand, because Ipv4AddressHelper would put a queue discipline on each device.
  static Ipv4Address address(Ptr<ns3::NetDevice> device, uint32_t local) {
    auto ipv4 = device->GetNode()->GetObject<ns3::Ipv4>();
    const uint32_t interface = ipv4->AddInterface(device);
    ipv4->AddAddress(interface, ns3::Ipv4InterfaceAddress(Ipv4Address(local), ns3::Ipv4Mask("255.255.255.252")));
    ipv4->SetUp(interface);
    return Ipv4Address(local);
  }

  static void lose(Ptr<ns3::NetDevice> device) {
    auto model = ns3::CreateObject<ns3::RateErrorModel>();
    model->SetUnit(ns3::RateErrorModel::ERROR_UNIT_PACKET);
    model->SetRate(static_cast<double>(ping::lossOf) / ping::lossIn);
    device->SetAttribute("ReceiveErrorModel", ns3::PointerValue(model));
  }

  void transmit(uint32_t from, uint32_t to, ping::Message message) {
    const Ipv4Address target = isMesh_ ? addresses_[from][to] : addresses_[to][0];
    auto packet = ns3::Create<ns3::Packet>(reinterpret_cast<const uint8_t *>(&message), sizeof message);
    sockets_[from]->SendTo(packet, 0, ns3::InetSocketAddress(target, port));
  }

  void onReceivable(Ptr<ns3::Socket> socket) {
    ping::Message message;
    while (auto packet = socket->Recv()) {
      packet->CopyData(reinterpret_cast<uint8_t *>(&message), sizeof message);
      workload_.received(nodeOfSocket_[ns3::PeekPointer(socket)], message);
    }
  }

  void onStart(uint32_t node) { workload_.start(node); }
  void onResend(uint32_t node, uint16_t slot) { workload_.resend(node, slot); }
  void onIdle(uint32_t node) { workload_.idle(node); }

  const bool isMesh_;
  bench::Generator generator_;
  bench::Meter meter_;
  ping::Workload<Network> workload_;
  std::vector<Ptr<ns3::Socket>> sockets_;
  std::map<ns3::Socket *, uint32_t> nodeOfSocket_;
  // In the mesh, [from][to]: each link has addresses of its own. In the star, [node][0].
  std::vector<std::vector<Ipv4Address>> addresses_;
  std::vector<std::array<ns3::EventId, ping::slotsPerNode>> resends_;
  std::vector<ns3::EventId> idles_;
};

}  // namespace

int main(int argc, char **argv) {
  const auto arguments = bench::argumentsOf(argc, argv);
  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId("ns3::" + std::string(arguments.variant) + "Scheduler");
  ns3::Simulator::SetScheduler(scheduler);

  const auto nodes = static_cast<uint32_t>(arguments.nodes);
  Network network(nodes, arguments);
  network.start(nodes);
  ns3::Simulator::Run();
  network.meter().report();
  bench::leave();
}
