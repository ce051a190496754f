@export()
@description('Which Kafka carries the events: Event Hubs with its Kafka endpoint, made here, or one that exists and asks for a client certificate.')
@discriminator('kind')
type kafkaChoice = eventHubs | externalKafka

type eventHubs = {
  kind: 'eventHubs'

  @description('Standard: up to 40 throughput units, 32 partitions and 7 days. Premium: up to 16 processing units, 100 partitions and 90 days.')
  tier: 'Standard' | 'Premium'

  @description('Throughput units (1 MB/s or 1,000 events/s in, twice that out), or processing units.')
  @minValue(1)
  @maxValue(40)
  capacity: int

  @description('Up to how many throughput units are added under load; 0: none. Premium has no such thing.')
  @minValue(0)
  @maxValue(40)
  mostCapacity: int

  @minValue(1)
  @maxValue(100)
  partitions: int

  @minValue(1)
  @maxValue(2160)
  retentionHours: int
}

type externalKafka = {
  kind: 'external'

  @description('host:port, several separated by commas.')
  brokers: string

  @description('The authority of the brokers\' certificates, PEM; empty: the system\'s.')
  ca: string
}

@export()
@description('How far an app scales, and with what.')
type appScale = {
  @description('Of an instance.')
  memoryMB: 512 | 2048 | 4096

  @description('Azure runs no more instances of a Kafka function than the topic has partitions.')
  @minValue(1)
  @maxValue(1000)
  mostInstances: int

  @description('Instances that wait for work, by what they wait for: http, or function:NAME. They are paid for while they wait.')
  alwaysReady: { *: int }
}

@export()
@description('A setting of the app whose value stands in the vault.')
type secretSetting = {
  setting: string
  secret: string
}
