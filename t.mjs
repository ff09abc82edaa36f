import './dist/src/app/daemon.js'
