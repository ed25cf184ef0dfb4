import Foundation

/// Breaks the register at every point where it can break, and checks that nothing was lost.
@main
struct Crash {
    static let usage = """
        usage: crash points LIBRARY [WORK]  every call of a commit, killed and failed: of cards, uses, notices; LIBRARY is faults.c, built
               crash simulate [SCHEDULES [SEED]]  claims, holds, ends, lost answers, older copies, jumping clocks
               crash failover [ROUNDS]  PostgreSQL: the primary killed under load, the standby promoted
        """

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch (arguments.first, arguments.count) {
            case ("work", 3): try await Work(rawValue: arguments[1])?.run(in: arguments[2])
            case ("points", 2...3):
                try await Points.run(
                    arguments.count < 3
                        ? Work.allCases : [Work(rawValue: arguments[2])].compactMap(\.self),
                    library: arguments[1])
            case ("simulate", 1...3):
                let numbers = arguments.dropFirst().compactMap { UInt64($0) }
                try await Simulation.run(
                    schedules: numbers.first.map(Int.init) ?? 100_000,
                    from: numbers.dropFirst().first ?? 1)
            case ("failover", 1...2):
                try await Failover.run(
                    rounds: arguments.dropFirst().first.flatMap { Int($0) } ?? 50)
            default:
                print(usage)
                exit(2)
            }
        } catch {
            say("crash: \(error)")
            exit(1)
        }
    }
}
