"""The WS-Management and PSRP listener of one host of the lab."""
