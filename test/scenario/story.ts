// A story of the echo system in which every part of a file has a place.
export const story = `title: An echo is lost
why: |
  To see what happens.
system: echo
seed: 7
until: 30s
world:
  nodes: { servers: 2, clients: [alice, bob] }
  link: home-wifi
  links:
    - { from: clients, to: servers, link: { profile: datacentre, latency: 1ms..5ms } }
  clocks:
    - { node: alice, offset: -3ms, driftPpm: 20 }
  disks:
    - { node: servers, syncLatency: { normal: { mean: 5ms, deviation: 1ms } } }
settings: { retry: { after: 80ms } }
faults:
  - at: 2s
    drop: { message: echo, from: server-2, to: alice, count: 1 }
  - at: 5s
    for: 3s
    partition: { between: [[server-1], [server-2, alice]], flap: { cut: 1s, open: 1s } }
  - every: 20s
    for: 500ms..2s
    crash: { node: any server }
  - profile: storm
  - { profile: rough, on: servers }
expect:
  exercised: [ONCE]
  hellos: ">= 3"
  echo.round: { p99: "< 100ms", count: ["> 1", "< 5"] }
  alerts: { Noise: within 90s, others: never }
variants:
  twice:
    why: Counting twice is caught.
    set:
      settings.defence.onceOnly: false
      faults[0].drop.count: 2
      expect.echo.round.p99: "< 50ms"
    addFaults:
      - { at: 3s, duplicate: { message: echo, copies: 3, within: 10ms } }
  quiet:
    why: Nothing goes wrong.
    faults: []
    workload: { greeting: hi }
    expect: {}
`;
