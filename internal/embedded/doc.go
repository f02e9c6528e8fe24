// Package embedded runs the program's own Postgres when no DATABASE_URL is
// set: it finds the installed binaries, makes a cluster on first use, starts
// it as a child that never outlives the program, restarts it when it dies and
// watches the disk beneath it.
//
// One directory holds everything:
//
//	cluster/        the Postgres data directory, 0700
//	socket/         the Unix socket, 0700; there is no TCP port
//	password        the superuser's password, 0600
//	lock            held while a server runs, names its process
//	postgres.log    Postgres's own log, bounded in size (older part: .1)
//	ballast         64 MB given back to Postgres when the disk is full
//
// A new one is made only where nothing else is.
//
// Linux is the platform it is made for. On macOS and FreeBSD everything works
// except that a killed program cannot take its Postgres along. On other
// systems Start refuses and DATABASE_URL must be set.
package embedded
