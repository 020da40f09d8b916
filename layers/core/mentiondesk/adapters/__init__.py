"""The ports, made real (DynamoDB, X, SES, SNS) and in memory."""
