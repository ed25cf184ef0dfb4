#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The system's clock. Everything that judges time takes it as an argument and only defaults to this.
package enum SystemClock {
    /// Seconds since 1970.
    package static var now: Int64 {
        var moment = timespec()
        precondition(unsafe clock_gettime(CLOCK_REALTIME, &moment) == 0, "the system has no clock")
        return Int64(moment.tv_sec)
    }
}
