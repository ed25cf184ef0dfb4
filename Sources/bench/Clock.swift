#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The two clocks that a measurement reads, in nanoseconds.
enum Clock {
    /// What the process has used of all cores: on a shared machine, steadier than time passed.
    static var processor: Double { read(CLOCK_PROCESS_CPUTIME_ID) }
    /// Time passed.
    static var wall: Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var moment = timespec()
        precondition(unsafe clock_gettime(clock, &moment) == 0, "the system has no such clock")
        return Double(moment.tv_sec) * 1e9 + Double(moment.tv_nsec)
    }
}

/// How long to measure: the variables that every peer program reads.
struct Effort {
    /// How many batches are timed.
    let samples: Int
    /// Nanoseconds of one batch.
    let batch: Double
    /// Nanoseconds before the first one.
    let warmUp = Double(Environment.number("BENCH_WARM_MS", otherwise: 150)) * 1e6

    /// As the peers measure: few batches, and long ones.
    static let peer = Effort(samples: 20, milliseconds: 10)
    /// For ratios: many short batches, so that step and ruler both meet the machine at its best.
    static let table = Effort(samples: 60, milliseconds: 4)

    private init(samples: Int, milliseconds: Int) {
        self.samples = Environment.number("BENCH_SAMPLES", otherwise: samples)
        batch = Double(Environment.number("BENCH_BATCH_MS", otherwise: milliseconds)) * 1e6
    }
}

/// The environment of the process.
enum Environment {
    /// The positive whole number of a variable, 1,000,000 at most.
    static func number(_ name: String, otherwise standard: Int) -> Int {
        guard let text = unsafe getenv(name).map({ unsafe String(cString: $0) }),
            let number = Int(text), (1...1_000_000).contains(number)
        else { return standard }
        return number
    }
}
